import type { Phase, RunResult, StreamName } from '../../api/types';

const MAX_CHARS = 1024 * 1024;
/** Shorter pieces are put together, so that there are few to go over. */
const CHUNK_CHARS = 16 * 1024;
/** How far after a cut to look for a line end, so that a screen seldom starts amid an escape sequence. */
const LINE_SEARCH_CHARS = 4096;

/** What a screen gets when it reads on. */
export interface LogPiece {
  data: string;
  next: number;
  /** What lay before has been dropped: the screen has to start anew. */
  skipped: boolean;
}

/** What a run has sent to its terminal: the newest part of it, for screens that come later or fall behind. */
export class TerminalLog {
  private chunks: string[] = [];
  private start = 0;
  private end = 0;
  private shown = 0;
  private readonly received = new Map<string, number>();
  private readonly listeners = new Set<() => void>();

  /** With an offset, the part of the data that lies before what has been received is passed over. */
  append(phase: Phase, stream: StreamName, data: string, offset?: number): void {
    const key = `${phase}/${stream}`;
    const received = this.received.get(key) ?? 0;
    if (offset !== undefined) data = data.slice(Math.max(0, received - offset));
    if (data === '') return;
    // Of long output the server tells only the newest part: what lies before the offset never comes.
    this.received.set(key, Math.max(received, offset ?? 0) + data.length);
    // Compilers write to a pipe, where nothing turns line feeds into new lines.
    this.add(phase === 'compile' ? data.replace(/\r?\n/g, '\r\n') : data);
  }

  /** Shows a stored result. */
  replaceWith(result: RunResult): void {
    this.clear();
    for (const [phase, step] of [['compile', result.compile], ['run', result.run]] as const) {
      if (step === null) continue;
      this.append(phase, 'stdout', step.stdout);
      this.append(phase, 'stderr', step.stderr);
    }
  }

  /** Drops everything; what is sent again is taken again. */
  clear(): void {
    this.received.clear();
    this.chunks = [];
    this.start = ++this.end;
    this.notify();
  }

  /** At most `max` characters from a position on. */
  read(from: number, max: number): LogPiece {
    const skipped = from < this.start;
    let at = this.start;
    let left = max;
    let data = '';
    for (const chunk of this.chunks) {
      const inside = Math.max(0, from - at);
      if (inside < chunk.length && left > 0) {
        const part = chunk.slice(inside, inside + left);
        data += part;
        left -= part.length;
      }
      at += chunk.length;
    }
    return { data, next: Math.max(from, this.start) + data.length, skipped };
  }

  /** Where the part begins that no screen of this page has shown yet. */
  get freshFrom(): number {
    return this.shown;
  }

  /** A screen has shown what lies before. */
  markShown(position: number): void {
    this.shown = Math.max(this.shown, position);
  }

  /** What is here has been shown elsewhere, before this page came. */
  markAllShown(): void {
    this.shown = this.end;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private add(data: string): void {
    const last = this.chunks.length - 1;
    if (last >= 0 && this.chunks[last]!.length < CHUNK_CHARS) this.chunks[last] += data;
    else this.chunks.push(data);
    this.end += data.length;
    if (this.end - this.start > MAX_CHARS) this.trim();
    this.notify();
  }

  /** To three quarters, so that it is not done for every piece. */
  private trim(): void {
    const all = this.chunks.join('');
    let cut = all.length - (MAX_CHARS * 3) / 4;
    const line = all.indexOf('\n', cut);
    if (line >= 0 && line - cut < LINE_SEARCH_CHARS) cut = line + 1;
    this.chunks = [all.slice(cut)];
    this.start += cut;
  }

  private notify(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

const PIECE_CHARS = 64 * 1024;

/** The part of a screen that a feed needs. */
export interface Screen {
  /** `fresh` is false for what a screen of this page has shown before. */
  write: (data: string, done: () => void, fresh: boolean) => void;
  reset: () => void;
}

/**
 * Feeds a screen from a log, a piece at a time: the next when the one before is drawn. A program that prints faster than
 * the page draws costs what lies between, and never the page.
 */
export function feed(log: TerminalLog, screen: Screen): () => void {
  let position = 0;
  let writing = false;
  let stopped = false;
  const pump = () => {
    if (writing || stopped) return;
    const old = log.freshFrom - position;
    const { data, next, skipped } = log.read(position, old > 0 ? Math.min(old, PIECE_CHARS) : PIECE_CHARS);
    if (skipped) screen.reset();
    position = next;
    if (data === '') return;
    writing = true;
    screen.write(data, () => {
      writing = false;
      pump();
    }, old <= 0);
    log.markShown(next);
  };
  const unsubscribe = log.subscribe(pump);
  pump();
  return () => {
    stopped = true;
    unsubscribe();
  };
}
