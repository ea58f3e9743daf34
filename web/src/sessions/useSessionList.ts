import { useCallback, useEffect, useState } from 'react';
import { messageOf } from '../api/problem';
import { listSessions, type Scope } from '../api/sessions';
import type { SessionSummary } from '../api/types';

const PAGE_SIZE = 30;

interface State {
  key: string;
  sessions: SessionSummary[] | null;
  total: number;
  error: string | null;
}

/** The sessions of one scope that match a text, a page after the other. */
export function useSessionList(scope: Scope, query: string) {
  const key = `${scope}/${query}`;
  const [state, setState] = useState<State>({ key, sessions: null, total: 0, error: null });
  const [loading, setLoading] = useState(true);
  const [wanted, setWanted] = useState({ key, pages: 1, attempt: 0 });
  const pages = wanted.key === key ? wanted.pages : 1;

  useEffect(() => {
    const abort = new AbortController();
    setLoading(true);
    listSessions({ scope, q: query, page: 1, limit: PAGE_SIZE * pages }, abort.signal).then(
      ({ sessions, pagination }) => {
        setState({ key, sessions, total: pagination.total, error: null });
        setLoading(false);
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setState((before) => ({ ...before, key, error: messageOf(error) }));
        setLoading(false);
      },
    );
    return () => abort.abort();
  }, [key, scope, query, pages, wanted.attempt]);

  const reload = useCallback(() => setWanted((w) => ({ key, pages: w.key === key ? w.pages : 1, attempt: w.attempt + 1 })), [key]);
  const loadMore = useCallback(() => setWanted((w) => ({ key, pages: (w.key === key ? w.pages : 1) + 1, attempt: w.attempt })), [key]);

  // While another search is under way, what was there stays; another scope starts afresh.
  const stale = state.key.split('/')[0] !== scope;
  const sessions = stale ? null : state.sessions;
  return {
    sessions,
    error: stale ? null : state.error,
    loading,
    hasMore: sessions !== null && sessions.length < state.total,
    reload,
    loadMore,
  };
}
