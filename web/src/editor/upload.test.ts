import { describe, expect, it } from 'vitest';
import { freePath, readUploads } from './upload';

const file = (name: string, ...parts: BlobPart[]) => new File(parts, name);

describe('files of this computer', () => {
  it('are read as text with the line ends of the editor', async () => {
    expect(await readUploads([file('a.py', 'x\r\ny\rz\n')])).toEqual({ files: [{ path: 'a.py', text: 'x\ny\nz\n' }], problems: [] });
  });

  it('are left out where they are no text, and the others are taken', async () => {
    const uploads = await readUploads([file('a.png', new Uint8Array([0x89, 0x50, 0xff])), file('zero', 'a\0b'), file('b.txt', 'b')]);
    expect(uploads.files.map((f) => f.path)).toEqual(['b.txt']);
    expect(uploads.problems).toHaveLength(2);
  });

  it('are left out where they are too large or have a name that cannot be', async () => {
    const uploads = await readUploads([file('big.txt', 'x'.repeat(1_100_000)), file('-o', 'x')]);
    expect(uploads.files).toEqual([]);
    expect(uploads.problems).toHaveLength(2);
  });

  it('are taken up to a number', async () => {
    const uploads = await readUploads(Array.from({ length: 120 }, (_, i) => file(`${i}.txt`, '')));
    expect(uploads.files).toHaveLength(100);
    expect(uploads.problems).toHaveLength(1);
  });
});

it.each([
  ['main.py', [], 'main.py'],
  ['main.py', ['main.py'], 'main-2.py'],
  ['main.py', ['main.py', 'main-2.py'], 'main-3.py'],
  ['lib/.env', ['lib/.env'], 'lib/.env-2'],
  ['a.b/Makefile', ['a.b/Makefile'], 'a.b/Makefile-2'],
])('finds a free path for %s', (path, existing, expected) => {
  expect(freePath(path, existing)).toBe(expected);
});
