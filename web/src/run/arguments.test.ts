import { expect, it } from 'vitest';
import { parseArguments } from './arguments';

it.each([
  ['', []],
  ['   ', []],
  ['a b  c', ['a', 'b', 'c']],
  ['"a b" \'c "d"\'', ['a b', 'c "d"']],
  ['a\\ b "x\\"y"', ['a b', 'x"y']],
  ['"" x', ['', 'x']],
  ['--name="A B"', ['--name=A B']],
  ['"open', ['open']],
])('splits %j', (line, expected) => {
  expect(parseArguments(line)).toEqual(expected);
});
