import { describe as suite, expect, it, vi } from 'vitest';
import { fileName } from './downloads';
import { duration } from './words';

vi.mock('../api', () => ({ request: () => Promise.reject(new Error('No server here.')), requestBlob: () => Promise.reject(new Error('No server here.')) }));

suite('words of a recording', () => {
  it('names places by minutes, and by hours where there are some', () => {
    expect([0, 999, 65_000, 3_723_000].map(duration)).toEqual(['0:00', '0:00', '1:05', '1:02:03']);
  });

  it('names files after the session', () => {
    expect(['Größe & Co: 1/2', '', '---', '../etc'].map(fileName)).toEqual(['Größe-Co-1-2', 'session', 'session', 'etc']);
  });
});
