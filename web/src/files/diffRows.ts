import type { DiffHunk, DiffLine } from '../api/schema';

/** A piece of a line; `changed` where it is what differs from the line in whose place it came. */
export interface Part {
  text: string;
  changed: boolean;
}

/** A line of a diff, with its numbers in the older and the newer text. */
export interface DiffRow {
  kind: DiffLine['kind'];
  before: number | null;
  after: number | null;
  parts: Part[];
  noNewline: boolean;
}

/** A row of two columns; null where the other side has a line of its own. */
export interface RowPair {
  left: DiffRow | null;
  right: DiffRow | null;
}

const MAX_LINE_CHARS = 5000;

/** The lines of a hunk one below the other, those that went before those that came. */
export function unifiedRows(hunk: DiffHunk): DiffRow[] {
  return blocksOf(hunk).flatMap(({ removed, added }) => [...removed, ...added]);
}

/** The lines of a hunk side by side. */
export function splitRows(hunk: DiffHunk): RowPair[] {
  return blocksOf(hunk).flatMap(({ removed, added, isContext }) => {
    if (isContext) return removed.map((row) => ({ left: row, right: row }));
    return Array.from({ length: Math.max(removed.length, added.length) }, (_, i) => ({ left: removed[i] ?? null, right: added[i] ?? null }));
  });
}

interface Block {
  isContext: boolean;
  /** Of a block of context, its lines are here. */
  removed: DiffRow[];
  added: DiffRow[];
}

function blocksOf(hunk: DiffHunk): Block[] {
  // An empty stretch is named by the line before it.
  let before = hunk.oldLines === 0 ? hunk.oldStart + 1 : hunk.oldStart;
  let after = hunk.newLines === 0 ? hunk.newStart + 1 : hunk.newStart;
  const blocks: Block[] = [];
  for (const line of hunk.lines) {
    const isContext = line.kind === 'context';
    let block = blocks.at(-1);
    if (block === undefined || block.isContext !== isContext || (line.kind === 'removed' && block.added.length > 0)) {
      block = { isContext, removed: [], added: [] };
      blocks.push(block);
    }
    (line.kind === 'added' ? block.added : block.removed).push({
      kind: line.kind,
      before: line.kind === 'added' ? null : before++,
      after: line.kind === 'removed' ? null : after++,
      parts: [{ text: cut(line.text), changed: false }],
      noNewline: line.noNewline,
    });
  }
  for (const block of blocks) markChanges(block);
  return blocks;
}

/** Lines that took the place of as many others are read as changed lines. */
function markChanges({ removed, added }: Block): void {
  if (removed.length !== added.length) return;
  removed.forEach((row, i) => {
    const other = added[i]!;
    [row.parts, other.parts] = differences(row.parts[0]!.text, other.parts[0]!.text);
  });
}

/** What lies between the common beginning and the common end of two lines. Nothing is marked where they share little. */
function differences(before: string, after: string): [Part[], Part[]] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  if (start > 0 && isHighSurrogate(before.charCodeAt(start - 1))) start--;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  if (end > 0 && isLowSurrogate(before.charCodeAt(before.length - end))) end--;
  const common = before.slice(0, start).trim().length + before.slice(before.length - end).trim().length;
  if (common * 3 < shorter) return [plain(before), plain(after)];
  return [split(before, start, end), split(after, start, end)];
}

function split(text: string, start: number, end: number): Part[] {
  const parts = [
    { text: text.slice(0, start), changed: false },
    { text: text.slice(start, text.length - end), changed: true },
    { text: text.slice(text.length - end), changed: false },
  ];
  return parts.filter((part) => part.text !== '');
}

const plain = (text: string): Part[] => [{ text, changed: false }];
const isHighSurrogate = (code: number) => code >= 0xd800 && code <= 0xdbff;
const isLowSurrogate = (code: number) => code >= 0xdc00 && code <= 0xdfff;

function cut(line: string): string {
  return line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS)}…` : line;
}
