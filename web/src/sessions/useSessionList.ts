import { useCallback, useEffect, useState } from 'react';
import { messageOf } from '../api/problem';
import { listSessions } from '../api/sessions';
import type { SessionSummary } from '../api/types';
import type { ListFilter } from './listFilter';

const PAGE_SIZE = 30;

interface State {
  scope: ListFilter['scope'];
  sessions: SessionSummary[] | null;
  page: number;
  total: number;
  error: string | null;
}

/** The sessions that a filter lets through, a page after the other. */
export function useSessionList({ scope, q, language }: ListFilter) {
  const [state, setState] = useState<State>({ scope, sessions: null, page: 0, total: 0, error: null });
  const [loading, setLoading] = useState(true);
  const [attempt, setAttempt] = useState(0);

  const load = useCallback((page: number, signal?: AbortSignal) => {
    setLoading(true);
    return listSessions({ scope, q, language, page, limit: PAGE_SIZE }, signal).then(
      ({ sessions, pagination }) => {
        if (signal?.aborted) return;
        setState((before) => ({
          scope, page, total: pagination.total, error: null,
          sessions: page === 1 ? sessions : merge(before.sessions ?? [], sessions),
        }));
        setLoading(false);
      },
      (error: unknown) => {
        if (signal?.aborted) return;
        setState((before) => ({ ...before, scope, error: messageOf(error) }));
        setLoading(false);
      },
    );
  }, [scope, q, language]);

  useEffect(() => {
    const abort = new AbortController();
    void load(1, abort.signal);
    return () => abort.abort();
  }, [load, attempt]);

  // While another search is under way, what was there stays; another scope starts afresh.
  const stale = state.scope !== scope;
  const sessions = stale ? null : state.sessions;
  return {
    sessions,
    total: state.total,
    error: stale ? null : state.error,
    loading,
    hasMore: sessions !== null && sessions.length < state.total,
    reload: () => setAttempt((n) => n + 1),
    loadMore: () => void load(state.page + 1),
  };
}

/** A session may have moved to a later page meanwhile. */
function merge(before: SessionSummary[], next: SessionSummary[]): SessionSummary[] {
  const known = new Set(before.map((s) => s.id));
  return [...before, ...next.filter((s) => !known.has(s.id))];
}
