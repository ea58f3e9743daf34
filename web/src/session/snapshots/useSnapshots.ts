import { useCallback, useEffect, useState } from 'react';
import { messageOf } from '../../api/problem';
import { listSnapshots } from '../../api/snapshots';
import type { Snapshot } from '../../api/types';

const PAGE_SIZE = 50;

interface State {
  snapshots: readonly Snapshot[] | null;
  total: number;
  error: string | null;
}

/** The snapshots of a session, newest first, a page after the other. */
export function useSnapshots(sessionId: string) {
  const [state, setState] = useState<State>({ snapshots: null, total: 0, error: null });
  const [page, setPage] = useState(1);
  const [attempt, setAttempt] = useState(0);
  const [loading, setLoading] = useState(true);

  useEffect(() => {
    const abort = new AbortController();
    setLoading(true);
    listSnapshots(sessionId, page, PAGE_SIZE, abort.signal).then(
      ({ snapshots, pagination }) => {
        setState((before) => ({
          snapshots: page === 1 ? snapshots : merge(before.snapshots ?? [], snapshots), total: pagination.total, error: null,
        }));
        setLoading(false);
      },
      (failure: unknown) => {
        if (abort.signal.aborted) return;
        setState((before) => ({ ...before, error: messageOf(failure) }));
        setLoading(false);
      },
    );
    return () => abort.abort();
  }, [sessionId, page, attempt]);

  const add = useCallback((snapshot: Snapshot) => setState((before) => ({
    ...before, snapshots: merge([snapshot], before.snapshots ?? []), total: before.total + 1,
  })), []);
  const remove = useCallback((id: string) => setState((before) => ({
    ...before, snapshots: before.snapshots?.filter((s) => s.id !== id) ?? null, total: before.total - 1,
  })), []);

  return {
    ...state,
    loading,
    hasMore: state.snapshots !== null && state.snapshots.length < state.total && page * PAGE_SIZE < state.total,
    loadMore: () => setPage((n) => n + 1),
    retry: () => setAttempt((n) => n + 1),
    add,
    remove,
  };
}

/** A snapshot that was taken meanwhile moves others to a later page. */
function merge(before: readonly Snapshot[], next: readonly Snapshot[]): Snapshot[] {
  const known = new Set(before.map((s) => s.id));
  return [...before, ...next.filter((s) => !known.has(s.id))];
}
