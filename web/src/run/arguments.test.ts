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
  ["it\\'s", ["it's"]],
])('splits %j', (line, expected) => {
  expect(parseArguments(line)).toEqual({ args: expected, problem: null });
});

it.each(['"open', "it's", 'a "b c\\"'])('says that a quote is not closed: %j', (line) => {
  expect(parseArguments(line).problem).not.toBeNull();
});
