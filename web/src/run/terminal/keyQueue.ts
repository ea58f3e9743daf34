const LARGEST_PIECE = 8 * 1024;

/**
 * Sends what is typed, in order: one message is under way at a time, and what is typed meanwhile goes along in the next.
 * After a failure nothing more is sent: the keys after a gap would mean something else.
 */
export class KeyQueue {
  private waiting = '';
  private sending = false;
  private failed = false;

  constructor(private readonly send: (data: string) => Promise<void>, private readonly onFailure: (error: unknown) => void) {}

  push(data: string): void {
    if (this.failed) return;
    this.waiting += data;
    if (!this.sending) void this.drain();
  }

  private async drain(): Promise<void> {
    this.sending = true;
    try {
      while (this.waiting !== '') {
        const end = pieceEnd(this.waiting);
        const piece = this.waiting.slice(0, end);
        this.waiting = this.waiting.slice(end);
        await this.send(piece);
      }
    } catch (error) {
      this.failed = true;
      this.waiting = '';
      this.onFailure(error);
    } finally {
      this.sending = false;
    }
  }
}

/** Never between the two halves of a character. */
function pieceEnd(text: string): number {
  if (text.length <= LARGEST_PIECE) return text.length;
  const code = text.charCodeAt(LARGEST_PIECE - 1);
  return code >= 0xd800 && code <= 0xdbff ? LARGEST_PIECE - 1 : LARGEST_PIECE;
}
