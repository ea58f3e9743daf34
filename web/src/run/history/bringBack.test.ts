import { describe, expect, it, vi } from 'vitest';

vi.mock('../../api/snapshots', () => ({ takeSnapshot: vi.fn() }));
const { entryOf } = await import('./bringBack');

describe('the file that ran', () => {
  it('is the one that runs now, where it is of that language', () => {
    expect(entryOf(['main.py', 'other.py'], 'python', 'other.py')).toBe('other.py');
    expect(entryOf(['main.go', 'main.py'], 'python', 'main.go')).toBe('main.py');
  });

  it('is else the one that is called main, or the first of the language', () => {
    expect(entryOf(['lib/a.java', 'src/Main.java'], 'java', null)).toBe('src/Main.java');
    expect(entryOf(['notes.txt', 'a.rb', 'b.rb'], 'ruby', null)).toBe('a.rb');
    expect(entryOf(['notes.txt'], 'ruby', 'notes.txt')).toBeNull();
  });
});
