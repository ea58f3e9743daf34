import { describe, expect, it } from 'vitest';
import { byFolder, languageOf, pathProblem } from './paths';

describe('pathProblem', () => {
  it.each(['main.py', 'lib/a.py', '.env', 'a b.txt', 'ünï.c'])('takes %j', (path) => {
    expect(pathProblem(path, ['other.py'])).toBeNull();
  });

  it.each(['', '/etc/passwd', '../x', 'a/../b', 'a//b', 'a/', '.', 'a\\b', 'a\nb', '-x.py', '@x', 'x'.repeat(256), '€'.repeat(100)])('refuses %j', (path) => {
    expect(pathProblem(path, [])).not.toBeNull();
  });

  it('refuses what is taken, also as a folder', () => {
    expect(pathProblem('a', ['a'])).not.toBeNull();
    expect(pathProblem('a', ['a/b'])).not.toBeNull();
    expect(pathProblem('a/b', ['a'])).not.toBeNull();
  });
});

describe('languageOf', () => {
  it.each([['main.py', 'python'], ['a/B.JAVA', 'java'], ['x.h', 'cpp'], ['notes.txt', null], ['Makefile', null]])('%s is %s', (path, language) => {
    expect(languageOf(path)).toBe(language);
  });
});

it('orders the files at the root before those in folders', () => {
  expect(['lib/a.py', 'main.py', 'app/z.py', 'b.py'].sort(byFolder)).toEqual(['b.py', 'main.py', 'app/z.py', 'lib/a.py']);
});
