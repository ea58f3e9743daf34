import type { HubConnection } from '@microsoft/signalr';
import { caller } from '../api';
import type { JoinReply } from '../api/types';
import { backoff, delay } from '../lib/backoff';
import { Store } from '../lib/store';

export type HubStatus = 'connecting' | 'connected' | 'reconnecting';

/** The hub refused a call. `message` is meant for people. */
export class HubError extends Error {
  override readonly name = 'HubError';

  constructor(readonly code: string, message: string) {
    super(message);
  }
}

export interface HubHandlers {
  /** The session was entered, at first or again: this is how things stand. */
  onJoined: (reply: JoinReply) => void;
  /** The session cannot be entered, and trying again will not help. */
  onRefused: (error: HubError) => void;
}

const finalCodes = new Set(['session_not_found', 'not_a_member', 'forbidden', 'session_full']);

/** The connection to `/hubs/session`, for one session. Connects for as long as it takes, also after the server was away. */
export class SessionHub {
  readonly status = new Store<HubStatus>('connecting');

  private connection: HubConnection | null = null;
  private stopped = false;
  private events: Record<string, (event: never) => void> = {};

  constructor(private readonly sessionId: string, private readonly handlers: HubHandlers) {}

  /** What to do with each event, by its name; before `start`. */
  on(events: Record<string, (event: never) => void>): void {
    this.events = { ...this.events, ...events };
  }

  async start(): Promise<void> {
    const signalr = await import('@microsoft/signalr');
    if (this.stopped) return;
    const connection = new signalr.HubConnectionBuilder()
      .withUrl('/hubs/session', { accessTokenFactory: () => caller.token() })
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: (context) => backoff(context.previousRetryCount) })
      .configureLogging(signalr.LogLevel.None)
      .build();
    for (const [name, handle] of Object.entries(this.events)) {
      connection.on(name, (event: { sessionId?: string }) => {
        if (event.sessionId === this.sessionId) handle(event as never);
      });
    }
    connection.onreconnecting(() => this.status.set('reconnecting'));
    connection.onreconnected(() => void this.join());
    connection.onclose(() => void this.restart());
    this.connection = connection;
    await this.connect();
  }

  async invoke<T = void>(method: string, ...args: unknown[]): Promise<T> {
    if (this.connection === null || this.status.get() !== 'connected') {
      throw new HubError('offline', 'The server cannot be reached right now.');
    }
    try {
      return await this.connection.invoke<T>(method, ...args);
    } catch (error) {
      throw hubError(error);
    }
  }

  stop(): void {
    this.stopped = true;
    void this.connection?.stop();
  }

  private async restart(): Promise<void> {
    if (this.stopped) return;
    this.status.set('reconnecting');
    await delay(backoff(1));
    await this.connect();
  }

  private async connect(): Promise<void> {
    for (let attempt = 0; !this.stopped; attempt++) {
      try {
        await this.connection!.start();
        await this.join();
        return;
      } catch (error) {
        // A token that has not expired may be refused too: the account was disabled, the guest removed.
        if (/status code '401'/i.test(String(error))) await caller.renew(caller.currentToken).catch(() => undefined);
        // Whatever it was, the remedy is the same; people see the status.
        await delay(backoff(attempt));
      }
    }
  }

  private async join(): Promise<void> {
    for (let attempt = 0; !this.stopped; attempt++) {
      try {
        const reply = await this.connection!.invoke<JoinReply>('JoinSession', this.sessionId);
        if (this.stopped) return;
        this.handlers.onJoined(reply);
        this.status.set('connected');
        return;
      } catch (thrown) {
        if (this.connection?.state !== 'Connected') return; // Reconnecting or restarting brings us here again.
        const error = hubError(thrown);
        if (finalCodes.has(error.code)) {
          this.handlers.onRefused(error);
          return;
        }
        await delay(backoff(attempt));
      }
    }
  }
}

/** SignalR wraps what the hub said: `… HubException: code: words for people`. */
function hubError(error: unknown): HubError {
  const text = error instanceof Error ? error.message : String(error);
  const match = /HubException: (?:([a-z0-9_]+): )?([^]*)$/.exec(text);
  if (match !== null) return new HubError(match[1] ?? 'hub_error', match[2] ?? text);
  return new HubError('connection', 'The connection to the server broke. Try again in a moment.');
}
