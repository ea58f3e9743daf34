const MESSAGE_SYNC = 0;
const SYNC_STEP_2 = 1;
const SYNC_UPDATE = 2;

/**
 * Knows whether the server has stored every edit made here. The server counts the document messages that it got on
 * one socket and tells how many of them are durable; this counts what was sent on that socket. A new socket starts
 * from zero on both sides and the first document message on it, the answer to the server's state vector, carries
 * everything that the server lacks. So after a reconnect all edits are stored once that answer is.
 */
export class AckTracker {
  private sent = 0;
  private stored = 0;
  private answered = false;
  private open = false;
  private pending = false;

  constructor(private readonly onChange: () => void = () => undefined) {}

  /** An edit made here may not be stored yet. */
  get dirty(): boolean {
    return this.pending;
  }

  socketOpened(): void {
    this.sent = 0;
    this.stored = 0;
    this.answered = false;
    this.open = true;
  }

  socketClosed(): void {
    this.open = false;
  }

  /** Call with every frame that goes out on the current socket. */
  frameSent(frame: Uint8Array): void {
    if (frame[0] !== MESSAGE_SYNC || (frame[1] !== SYNC_STEP_2 && frame[1] !== SYNC_UPDATE)) return;
    this.sent++;
    if (frame[1] === SYNC_STEP_2) this.answered = true;
  }

  /** The document was changed here, online or not. */
  edited(): void {
    if (this.pending) return;
    this.pending = true;
    this.onChange();
  }

  /** The server has stored the first `count` document messages of the current socket. */
  acknowledged(count: number): void {
    this.stored = Math.max(this.stored, count);
    if (!this.pending || !this.open || !this.answered || this.stored < this.sent) return;
    this.pending = false;
    this.onChange();
  }
}
