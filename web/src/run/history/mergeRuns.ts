import type { RunResult } from '../../api/types';

/** What was known of the runs together with what has come, newest first. Of a run that is in both, what has come counts. */
export function mergeRuns(known: readonly RunResult[] | null, fresh: readonly RunResult[]): RunResult[] {
  const ids = new Set(fresh.map((run) => run.jobId));
  const all = [...fresh, ...(known ?? []).filter((run) => !ids.has(run.jobId))];
  // Ids are UUIDs of version 7, made in the order of time; they decide where two began in the same millisecond.
  return all.sort((a, b) => compare(b.createdAt ?? '', a.createdAt ?? '') || compare(b.jobId, a.jobId));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
