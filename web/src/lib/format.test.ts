import { describe, expect, it } from 'vitest';
import { timeUntil } from './format';

const now = Date.parse('2026-01-01T00:00:00Z');
const after = (seconds: number) => timeUntil(new Date(now + seconds * 1000).toISOString(), now);

describe('timeUntil', () => {
  it('rounds up, in the unit that says enough', () => {
    expect(after(30 * 86_400 - 5)).toBe('in 30 days');
    expect(after(86_400)).toBe('in 24 hours');
    expect(after(3600)).toBe('in 60 minutes');
    expect(after(61)).toBe('in 2 minutes');
  });

  it('never says that what is still there has ended', () => {
    expect(after(1)).toBe('in 1 minute');
    expect(after(-5)).toBe('in 1 minute');
  });
});
