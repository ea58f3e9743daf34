import { expect, it } from 'vitest';
import { chooseLanguage } from './chooseLanguage';

const none = { add: null, remove: [] };
const written = () => false;
const untouched = () => true;

it('keeps a file to run that is of the language', () => {
  expect(chooseLanguage('go', 'main.go', { paths: ['a.go', 'main.go'], entry: 'a.go' }, written)).toEqual({ entry: 'a.go', ...none });
});

it('runs a file of the language that is there', () => {
  expect(chooseLanguage('go', 'main.go', { paths: ['main.py', 'x.go'], entry: 'main.py' }, written)).toEqual({ entry: 'x.go', ...none });
  expect(chooseLanguage('go', 'main.go', { paths: ['a.go', 'main.go', 'main.py'], entry: 'main.py' }, written).entry).toBe('main.go');
});

it('knows the files of a language that the page has never heard of', () => {
  expect(chooseLanguage('ruby', 'main.rb', { paths: ['lib/a.rb', 'main.py'], entry: 'main.py' }, written).entry).toBe('lib/a.rb');
});

it('brings the starter in place of one that nobody has touched', () => {
  expect(chooseLanguage('go', 'main.go', { paths: ['main.py'], entry: 'main.py' }, untouched))
    .toEqual({ entry: 'main.go', add: 'main.go', remove: ['main.py'] });
  expect(chooseLanguage('go', 'main.go', { paths: [], entry: null }, untouched)).toEqual({ entry: 'main.go', add: 'main.go', remove: [] });
});

it('adds nothing where people have written something', () => {
  expect(chooseLanguage('go', 'main.go', { paths: ['main.py'], entry: 'main.py' }, written)).toEqual({ entry: null, ...none });
});
