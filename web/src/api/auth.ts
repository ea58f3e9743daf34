import { backoff, delay } from '../lib/backoff';
import { Store } from '../lib/store';
import { ApiError, UnreachableError, problemOf } from './problem';
import type { Login, User } from './types';
import type { TokenSource } from './visit';

export type AuthState =
  | { status: 'loading' }
  /** The first refresh got no answer yet; it is tried again. */
  | { status: 'unreachable' }
  | { status: 'signedOut' }
  | { status: 'signedIn'; user: User }
  /** The login ended while the page was in use: what is on screen stays until the person signs in again. */
  | { status: 'expired'; user: User };

type LockRunner = <T>(task: () => Promise<T>) => Promise<T>;

export interface AuthEnvironment {
  fetch: typeof fetch;
  /** Runs a task while no other tab of this browser runs one; null where the browser has no locks (plain HTTP). */
  lock: LockRunner | null;
  now: () => number;
  /** Whether there may be a login: the cookie itself is not for scripts, but another one says that it is there. */
  mayBeSignedIn: () => boolean;
  /** Tells other tabs that the login changed here. */
  announce: () => void;
}

export interface Registration {
  username: string;
  email: string;
  password: string;
}

const EXPIRY_MARGIN_MS = 30_000;

/**
 * The login of this browser. The access token lives here, in memory, and nowhere else; the refresh token is a
 * cookie that scripts cannot read. A refresh token is good for one use, and using it twice ends the login, so there
 * is never more than one refresh under way: one in this tab, and with locks one in all tabs.
 */
export class Auth implements TokenSource {
  readonly state = new Store<AuthState>({ status: 'loading' });

  private access: { token: string; expiresAt: number } | null = null;
  private refreshing: Promise<void> | null = null;
  private renewal: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly env: AuthEnvironment) {}

  /** Finds out at page load whether this browser is signed in. Tries until the server answers. */
  async start(): Promise<void> {
    if (!this.env.mayBeSignedIn()) {
      this.end('signedOut');
      return;
    }
    for (let attempt = 0; ; attempt++) {
      try {
        await this.refresh();
        return;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return;
        if (this.state.get().status === 'loading') this.state.set({ status: 'unreachable' });
        await delay(backoff(attempt));
      }
    }
  }

  async token(): Promise<string> {
    if (this.access === null || this.access.expiresAt - this.env.now() < EXPIRY_MARGIN_MS) {
      await this.refresh();
    }
    return this.access!.token;
  }

  get currentToken(): string {
    return this.access?.token ?? '';
  }

  async renew(token: string): Promise<void> {
    if (this.access === null || this.access.token === token) await this.refresh();
  }

  /** The login has ended; signing in again makes it good. */
  get isOver(): boolean {
    return this.state.get().status !== 'signedIn';
  }

  /** The account has other names or preferences now. */
  changed(user: User): void {
    if (this.state.get().status === 'signedIn') this.state.set({ status: 'signedIn', user });
  }

  async register(registration: Registration): Promise<void> {
    this.accept(await this.post<Login>('/api/auth/register', registration));
    this.env.announce();
  }

  async login(name: string, password: string): Promise<void> {
    const who = name.includes('@') ? { email: name } : { username: name };
    this.accept(await this.post<Login>('/api/auth/login', { ...who, password }));
    this.env.announce();
  }

  async logout(): Promise<void> {
    await this.post('/api/auth/logout', {});
    this.end('signedOut');
    this.env.announce();
  }

  /** Gives up a login that has expired. */
  forget(): void {
    this.end('signedOut');
  }

  /** Another tab signed in or out. */
  async loginChangedElsewhere(): Promise<void> {
    if (!this.env.mayBeSignedIn()) {
      this.end('signedOut');
      return;
    }
    try {
      await this.refresh();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.end('signedOut');
    }
  }

  private refresh(): Promise<void> {
    this.refreshing ??= this.refreshOnce().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  private async refreshOnce(): Promise<void> {
    const attempt = () => this.post<Login>('/api/auth/refresh', {});
    try {
      this.accept(await this.insist(() => (this.env.lock !== null ? this.env.lock(attempt) : attempt())));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        const before = this.state.get();
        this.end(before.status === 'signedIn' || before.status === 'expired' ? 'expired' : 'signedOut');
      }
      throw error;
    }
  }

  /**
   * Another tab, or this one before it was reloaded, may have used the cookie just now: the server answers 409, and the
   * successor is in the jar a moment later. Without locks, a 401 in the middle of a login may be the same.
   */
  private async insist(attempt: () => Promise<Login>): Promise<Login> {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const superseded = error.status === 409 && tries < 4;
        const perhaps = error.status === 401 && tries < 2 && this.env.lock === null && this.access !== null;
        if (!superseded && !perhaps) throw error;
        await delay(400 * tries);
      }
    }
  }

  private accept(login: Login): void {
    const lifetime = login.expiresIn * 1000;
    this.access = { token: login.accessToken, expiresAt: this.env.now() + lifetime };
    this.state.set({ status: 'signedIn', user: login.user });
    clearTimeout(this.renewal);
    // Early enough that sockets and requests seldom meet an expired token. Failing is fine: the next use tries again.
    this.renewal = setTimeout(() => void this.refresh().catch(() => undefined), Math.max(5_000, lifetime * 0.8));
  }

  private end(status: 'signedOut' | 'expired'): void {
    clearTimeout(this.renewal);
    this.access = null;
    const before = this.state.get();
    if (status === 'expired' && 'user' in before) this.state.set({ status, user: before.user });
    else this.state.set({ status: 'signedOut' });
  }

  private async post<T>(path: string, body: unknown): Promise<T> {
    let response: Response;
    try {
      response = await this.env.fetch(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
        body: JSON.stringify(body),
        credentials: 'same-origin',
      });
    } catch {
      throw new UnreachableError();
    }
    if (!response.ok) throw await problemOf(response);
    return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
  }
}
