import { expect, it } from 'vitest';
import type { Compare } from '../../api/types';
import { lineDiff } from './lineDiff';

const show = (expected: string, actual: string, compare: Compare = 'trimmed') =>
  lineDiff(expected, actual, compare)?.lines.map(({ kind, text }) => ({ same: '  ', expected: '- ', actual: '+ ' })[kind] + text);

it('tells the lines that differ', () => {
  expect(show('1\n2\n3\n', '1\nII\n3\n')).toEqual(['  1', '- 2', '+ II', '  3']);
});

it('does not count space at the ends where the comparison does not', () => {
  expect(show('a\n', 'a  \n\n')).toEqual(['  a']);
  expect(show('a\n', 'a \n', 'exact')).toEqual(['- a', '+ a ', '  ']);
});

it('shows a line end that lacks where every character counts', () => {
  expect(show('a\n', 'a', 'exact')).toEqual(['  a', '- ']);
});

it('compares words where only words count', () => {
  expect(show('1  2', '1 2', 'tokens')).toEqual(['  1 2']);
});

it('gives up where nothing is alike, rather than working on', () => {
  const lines = (prefix: string) => Array.from({ length: 5000 }, (_, i) => `${prefix}${i}`).join('\n');
  expect(lineDiff(lines('a'), lines('b'), 'trimmed')).toBeNull();
});

it('shows the first lines of much', () => {
  const text = Array.from({ length: 5000 }, (_, i) => String(i)).join('\n');
  const diff = lineDiff(text, text, 'trimmed');
  expect(diff!.lines).toHaveLength(2000);
  expect(diff!.omitted).toBe(3000);
});

it('cuts long lines', () => {
  expect(show('', 'x'.repeat(100_000))!.at(-1)!.length).toBeLessThan(2100);
});
