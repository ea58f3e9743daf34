import { describe, expect, it } from 'vitest';
import { readPreferences } from './preferences';

describe('Preferences', () => {
  it('are read as far as they are ones', () => {
    expect(readPreferences({ theme: 'dark', language: 'go', fontSize: 16, other: 1 })).toEqual({ theme: 'dark', language: 'go', fontSize: 16 });
    expect(readPreferences({ theme: 'pink', language: 3, fontSize: 1e9 })).toEqual({});
    expect(readPreferences(null)).toEqual({});
    expect(readPreferences('dark')).toEqual({});
  });
});
