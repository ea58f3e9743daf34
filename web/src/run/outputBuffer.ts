import type { Phase, RunResult, StreamName } from '../api/types';
import { AnsiReader, type Look } from './ansi';

/** A run of output in one style. Immutable: a longer one is a new one, with the same id. */
export interface Segment {
  id: number;
  phase: Phase;
  stream: StreamName;
  look: Look;
  text: string;
}

export interface Output {
  segments: readonly Segment[];
  /** Earlier output was left out. */
  trimmed: boolean;
}

const MAX_CHARS = 256 * 1024;
const MAX_SEGMENTS = 2000;
/** Short enough that a piece added to the last segment is cheap to draw. */
const MAX_SEGMENT_CHARS = 4096;

/** The output of one run as it is shown: the newest part of it, within what a page can draw. */
export class OutputBuffer {
  private segments: Segment[] = [];
  private trimmed = false;
  private chars = 0;
  private nextId = 1;
  private snapshot: Output = { segments: [], trimmed: false };
  private changed = false;
  private readonly readers = new Map<string, AnsiReader>();
  private readonly received = new Map<string, number>();

  /** With an offset, the part of the data that lies before what has been received is passed over. */
  append(phase: Phase, stream: StreamName, data: string, offset?: number): void {
    const key = `${phase}/${stream}`;
    const received = this.received.get(key) ?? 0;
    if (offset !== undefined) data = data.slice(Math.max(0, received - offset));
    if (data === '') return;
    // Of long output the server tells only the newest part: what lies before the offset never comes.
    this.received.set(key, Math.max(received, offset ?? 0) + data.length);
    let reader = this.readers.get(key);
    if (reader === undefined) this.readers.set(key, (reader = new AnsiReader()));
    for (const token of reader.read(data)) {
      if (token.kind === 'return') this.eraseLine(phase, stream);
      else this.add(phase, stream, token.look, token.text);
    }
    this.trim();
    this.changed = true;
  }

  /** What somebody typed for the program to read. */
  echo(text: string): void {
    this.add('run', 'stdout', { color: 6, bold: false }, text);
    this.trim();
    this.changed = true;
  }

  /** Shows a stored result, which has the streams but not the order in which they were printed. */
  replaceWith(result: RunResult): void {
    this.clear();
    for (const [phase, step] of [['compile', result.compile], ['run', result.run]] as const) {
      if (step === null) continue;
      this.append(phase, 'stdout', step.stdout);
      this.append(phase, 'stderr', step.stderr);
    }
  }

  clear(): void {
    this.received.clear();
    this.segments = [];
    this.trimmed = false;
    this.chars = 0;
    this.readers.clear();
    this.changed = true;
  }

  /** The same object until something changes. */
  get(): Output {
    if (this.changed) {
      this.snapshot = { segments: [...this.segments], trimmed: this.trimmed };
      this.changed = false;
    }
    return this.snapshot;
  }

  toString(): string {
    return this.segments.map((s) => s.text).join('');
  }

  private add(phase: Phase, stream: StreamName, look: Look, text: string): void {
    // Of a huge piece only the end can be shown.
    if (text.length > MAX_CHARS) {
      text = text.slice(-MAX_CHARS);
      this.trimmed = true;
    }
    for (let rest = text; rest !== ''; ) {
      const last = this.segments.at(-1);
      const fits = last !== undefined && last.phase === phase && last.stream === stream
        && last.look.color === look.color && last.look.bold === look.bold && last.text.length < MAX_SEGMENT_CHARS;
      const room = fits ? MAX_SEGMENT_CHARS - last.text.length : MAX_SEGMENT_CHARS;
      const end = splitPoint(rest, room);
      const part = rest.slice(0, end);
      if (fits) this.segments[this.segments.length - 1] = { ...last, text: last.text + part };
      else this.segments.push({ id: this.nextId++, phase, stream, look, text: part });
      this.chars += part.length;
      rest = rest.slice(end);
    }
  }

  /** A carriage return: what follows is written over the line, as progress bars do. */
  private eraseLine(phase: Phase, stream: StreamName): void {
    for (let i = this.segments.length - 1; i >= 0; i--) {
      const segment = this.segments[i]!;
      if (segment.phase !== phase || segment.stream !== stream) return;
      const newline = segment.text.lastIndexOf('\n');
      this.chars -= segment.text.length - newline - 1;
      if (newline >= 0) {
        this.segments[i] = { ...segment, text: segment.text.slice(0, newline + 1) };
        return;
      }
      this.segments.pop();
    }
  }

  private trim(): void {
    let drop = 0;
    while (this.chars > MAX_CHARS || this.segments.length - drop > MAX_SEGMENTS) {
      this.chars -= this.segments[drop++]!.text.length;
    }
    if (drop > 0) {
      this.segments = this.segments.slice(drop);
      this.trimmed = true;
    }
  }
}

/** At most `room`, without splitting a surrogate pair, and at least one character. */
function splitPoint(text: string, room: number): number {
  if (text.length <= room) return text.length;
  const code = text.charCodeAt(room - 1);
  const insidePair = code >= 0xd800 && code <= 0xdbff;
  return insidePair ? Math.max(room - 1, 0) || 2 : room;
}
