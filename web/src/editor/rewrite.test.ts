import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { rewrite } from './rewrite';

function textOf(content: string): Y.Text {
  const text = new Y.Doc().getText('t');
  text.insert(0, content);
  return text;
}

function deltaOf(before: string, after: string) {
  const text = textOf(before);
  const deltas: unknown[] = [];
  text.observe((event) => deltas.push(...event.delta));
  text.doc!.transact(() => rewrite(text, after));
  expect(text.toString()).toBe(after);
  return deltas;
}

describe('rewriting a text', () => {
  it('changes what differs and nothing else', () => {
    expect(deltaOf('a = 1\nb = 2\nc = 3\n', 'a = 1\nb = 20\nc = 3\n')).toEqual([{ retain: 11 }, { insert: '0' }]);
    expect(deltaOf('one\ntwo\nthree', 'one\nthree')).toEqual([{ retain: 4 }, { delete: 4 }]);
    expect(deltaOf('same', 'same')).toEqual([]);
    expect(deltaOf('', 'new\n')).toEqual([{ insert: 'new\n' }]);
    expect(deltaOf('old', '')).toEqual([{ delete: 3 }]);
  });

  it('leaves characters whole', () => {
    expect(deltaOf('a 😀 b', 'a 😁 b')).toEqual([{ retain: 2 }, { delete: 2 }, { insert: '😁' }]);
    expect(deltaOf('😀', '🈀')).toEqual([{ delete: 2 }, { insert: '🈀' }]);
  });

  it('keeps what others type meanwhile', () => {
    const here = textOf('def f():\n    return 1\n\nprint(f())\n');
    const there = new Y.Doc();
    Y.applyUpdate(there, Y.encodeStateAsUpdate(here.doc!));
    there.getText('t').insert(there.getText('t').length, '# theirs\n');
    here.doc!.transact(() => rewrite(here, 'def f():\n    return 2\n\nprint(f())\n'));
    Y.applyUpdate(here.doc!, Y.encodeStateAsUpdate(there));
    expect(here.toString()).toBe('def f():\n    return 2\n\nprint(f())\n# theirs\n');
  });

  it('gets from any text to any other', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    let state = seed;
    const random = (n: number) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % n;
    const words = ['a', 'b\n', '\n', '😀', 'éa\n', '\r\n', 'xyz'];
    const some = () => Array.from({ length: random(12) }, () => words[random(words.length)]).join('');
    for (let i = 0; i < 500; i++) {
      const [before, after] = [some(), some()];
      const text = textOf(before);
      text.doc!.transact(() => rewrite(text, after));
      expect(text.toString(), `seed ${seed}, from ${JSON.stringify(before)}`).toBe(after);
    }
  });

  it('gives up comparing where all is different', () => {
    const before = Array.from({ length: 3000 }, (_, i) => `old ${i}\n`).join('');
    const after = Array.from({ length: 3000 }, (_, i) => `new ${i}\n`).join('');
    const text = textOf(before);
    text.doc!.transact(() => rewrite(text, after));
    expect(text.toString()).toBe(after);
  });
});
