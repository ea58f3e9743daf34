import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../api/types';
import { mergeRuns } from './mergeRuns';

const run = (jobId: string, createdAt: string, id = 3): RunResult =>
  ({ jobId, createdAt, language: 'python', status: { id, description: '' }, compile: null, run: null });

describe('the history of runs', () => {
  it('adds what is older at the end and what is newer at the beginning', () => {
    const middle = [run('c', '2026-01-03'), run('b', '2026-01-02')];
    expect(mergeRuns(middle, [run('a', '2026-01-01')]).map((r) => r.jobId)).toEqual(['c', 'b', 'a']);
    expect(mergeRuns(middle, [run('d', '2026-01-04')]).map((r) => r.jobId)).toEqual(['d', 'c', 'b']);
  });

  it('has a run once though a page was moved on by a newer one', () => {
    expect(mergeRuns([run('b', '2026-01-02')], [run('b', '2026-01-02'), run('a', '2026-01-01')]).map((r) => r.jobId)).toEqual(['b', 'a']);
  });

  it('takes the newer state of a run', () => {
    const [only] = mergeRuns([run('a', '2026-01-01', 2)], [run('a', '2026-01-01', 3)]);
    expect(only!.status.id).toBe(3);
  });
});
