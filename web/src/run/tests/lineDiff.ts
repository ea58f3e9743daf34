import { diffArrays } from 'diff';
import type { Compare } from '../../api/types';

export interface DiffLine {
  kind: 'same' | 'expected' | 'actual';
  text: string;
}

export interface LineDiff {
  lines: DiffLine[];
  /** Lines that are not shown. */
  omitted: number;
}

const MAX_LINES = 2000;
const MAX_EDITS = 1000;
const MAX_LINE_CHARS = 2000;

/** What was expected and what came, line by line; null where the two are too far apart for that to say anything. */
export function lineDiff(expected: string, actual: string, compare: Compare): LineDiff | null {
  const before = linesOf(expected, compare);
  const after = linesOf(actual, compare);
  const omitted = Math.max(0, Math.max(before.length, after.length) - MAX_LINES);
  const changes = diffArrays(before.slice(0, MAX_LINES), after.slice(0, MAX_LINES), {
    maxEditLength: MAX_EDITS,
    comparator: compare === 'tokens' || compare === 'float' ? (a, b) => words(a) === words(b) : undefined,
  });
  if (changes === undefined) return null;
  const lines = changes.flatMap(({ added, removed, value }) =>
    value.map((text): DiffLine => ({ kind: added ? 'actual' : removed ? 'expected' : 'same', text: cut(text) })));
  return { lines, omitted };
}

/** The lines that count: where space at the ends does not, it is left out. */
function linesOf(text: string, compare: Compare): string[] {
  if (compare !== 'exact') text = text.replace(/\s+$/, '');
  const lines = text.split('\n');
  return compare === 'exact' ? lines : lines.map((line) => line.replace(/\s+$/, ''));
}

function words(line: string): string {
  return line.trim().replace(/\s+/g, ' ');
}

function cut(line: string): string {
  return line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS)}…` : line;
}
