import { describe, expect, it } from 'vitest';
import type { DiffHunk } from '../api/schema';
import { splitRows, unifiedRows } from './diffRows';

const line = (mark: string) => ({
  kind: ({ ' ': 'context', '+': 'added', '-': 'removed' } as const)[mark[0] as ' ' | '+' | '-'], text: mark.slice(1), noNewline: false,
});

function hunk(oldStart: number, newStart: number, ...lines: string[]): DiffHunk {
  const made = lines.map(line);
  return {
    oldStart, newStart, lines: made,
    oldLines: made.filter((l) => l.kind !== 'added').length,
    newLines: made.filter((l) => l.kind !== 'removed').length,
  };
}

const text = (row: { parts: { text: string }[] } | null) => row?.parts.map((p) => p.text).join('') ?? null;
const marked = (row: { parts: { text: string; changed: boolean }[] }) => row.parts.filter((p) => p.changed).map((p) => p.text);

describe('the rows of a diff', () => {
  it('have the numbers of both texts', () => {
    const rows = unifiedRows(hunk(4, 6, ' a', '-b', '-c', '+d', ' e'));
    expect(rows.map((r) => [r.kind, r.before, r.after])).toEqual([
      ['context', 4, 6], ['removed', 5, null], ['removed', 6, null], ['added', null, 7], ['context', 7, 8],
    ]);
  });

  it('count from the line before where one side is empty', () => {
    expect(unifiedRows(hunk(0, 1, '+a', '+b')).map((r) => r.after)).toEqual([1, 2]);
    expect(unifiedRows(hunk(3, 2, '-a')).map((r) => r.before)).toEqual([3]);
    const removed = unifiedRows({ oldStart: 1, oldLines: 2, newStart: 0, newLines: 0, lines: [line('-a'), line('-b')] });
    expect(removed.map((r) => r.before)).toEqual([1, 2]);
  });

  it('mark what differs in a line that was changed', () => {
    const [before, after] = unifiedRows(hunk(1, 1, '-print(total, end="")', '+print(sum, end="")'));
    expect(marked(before!)).toEqual(['total']);
    expect(marked(after!)).toEqual(['sum']);
    expect(text(before!)).toBe('print(total, end="")');
  });

  it('mark nothing in lines that have little in common or are not as many', () => {
    expect(unifiedRows(hunk(1, 1, '-while True:', '+x = 1')).flatMap(marked)).toEqual([]);
    expect(unifiedRows(hunk(1, 1, '-a = 1', '+a = 2', '+b = 3')).flatMap(marked)).toEqual([]);
  });

  it('never split a character', () => {
    const rows = unifiedRows(hunk(1, 1, '-say("😀")', '+say("😁")'));
    expect(rows.map(marked)).toEqual([['😀'], ['😁']]);
  });

  it('stand side by side, what has no partner alone', () => {
    const pairs = splitRows(hunk(1, 1, ' a', '-b', '+c', '+d', ' e'));
    expect(pairs.map((p) => [text(p.left), text(p.right)])).toEqual([['a', 'a'], ['b', 'c'], [null, 'd'], ['e', 'e']]);
  });

  it('cut lines that nobody would read', () => {
    expect(text(unifiedRows(hunk(1, 1, `+${'x'.repeat(100_000)}`))[0]!)!.length).toBe(5001);
  });
});
