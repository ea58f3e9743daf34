import { describe, expect, it } from 'vitest';
import { filterPath, readFilter } from './listFilter';

describe('The filter of the list', () => {
  it('comes back from its address', () => {
    const filter = { scope: 'deleted', q: 'a & b=c', language: 'cpp' } as const;
    expect(readFilter(filterPath(filter).slice(2))).toEqual(filter);
    expect(filterPath({ scope: 'all', q: '', language: '' })).toBe('/');
  });

  it('takes an address as it comes', () => {
    expect(readFilter('scope=everything&q=' + 'x'.repeat(500))).toEqual({ scope: 'all', q: 'x'.repeat(100), language: '' });
  });
});
