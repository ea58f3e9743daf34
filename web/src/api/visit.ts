import { Store } from '../lib/store';
import { ApiError } from './problem';
import type { UserRef, Visit as VisitReply } from './types';

/** Where the tokens of calls come from. */
export interface TokenSource {
  /** A token that is good for a while yet. Throws ApiError 401 where there is none any more. */
  token(): Promise<string>;
  /** The newest token, perhaps expired: for URLs that must be made without waiting. */
  readonly currentToken: string;
  /** The server refused `token`: get another, unless that has happened meanwhile. */
  renew(token: string): Promise<void>;
  /** There is no token any more, and none will come by itself. */
  readonly isOver: boolean;
}

/** A guest has a seat and a name; a reader came by the public link, and nobody sees them. */
export type VisitKind = 'guest' | 'reader';

export interface Access {
  token: string;
  expiresAt: number;
}

export const accessOf = ({ accessToken, expiresIn }: VisitReply, now: number): Access =>
  ({ token: accessToken, expiresAt: now + expiresIn * 1000 });

const EXPIRY_MARGIN_MS = 30_000;

/** A stay in one session without an account. Its token is good for that session alone. */
export class Visit implements TokenSource {
  readonly over = new Store(false);
  private asking: Promise<void> | null = null;

  constructor(
    readonly kind: VisitKind,
    readonly sessionId: string,
    readonly user: UserRef,
    private access: Access,
    /** Asks for another token; null where a token lasts as long as the visit does. */
    private readonly again: (() => Promise<VisitReply>) | null,
    private readonly now: () => number = Date.now,
  ) {}

  async token(): Promise<string> {
    if (this.access.expiresAt - this.now() < EXPIRY_MARGIN_MS) await this.refresh();
    return this.access.token;
  }

  get currentToken(): string {
    return this.access.token;
  }

  async renew(token: string): Promise<void> {
    if (this.access.token === token) await this.refresh();
  }

  get isOver(): boolean {
    return this.over.get();
  }

  private refresh(): Promise<void> {
    this.asking ??= this.refreshOnce().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async refreshOnce(): Promise<void> {
    try {
      if (this.again === null) throw new ApiError(401, 'visit_over', 'Your time as a guest is over.');
      this.access = accessOf(await this.again(), this.now());
    } catch (error) {
      // Where the server did not answer, the next call tries again.
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) this.over.set(true);
      throw error;
    }
  }
}
