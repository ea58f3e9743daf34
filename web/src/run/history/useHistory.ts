import { useEffect, useRef, useState } from 'react';
import { messageOf } from '../../api/problem';
import { runHistory } from '../../api/sessions';
import type { RunResult } from '../../api/types';
import { useStore } from '../../lib/store';
import type { Room } from '../../session/room';
import { mergeRuns } from './mergeRuns';

const PAGE_SIZE = 20;

interface State {
  runs: readonly RunResult[] | null;
  total: number;
  error: string | null;
}

/** What was run in a session, newest first: what ends while one looks is added, older runs come when they are asked for. */
export function useHistory(room: Room) {
  const [state, setState] = useState<State>({ runs: null, total: 0, error: null });
  const [loading, setLoading] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const busy = useRef(false);
  const finished = useStore(room.runs.all).filter((run) => run.state === 'finished' && !run.stored).map((run) => run.jobId).join();

  useEffect(() => {
    const abort = new AbortController();
    runHistory(room.id, 1, PAGE_SIZE, abort.signal).then(
      ({ executions, pagination }) => setState(({ runs }) => ({ runs: mergeRuns(runs, executions), total: pagination.total, error: null })),
      (error: unknown) => abort.signal.aborted || setState((before) => ({ ...before, error: messageOf(error) })),
    );
    return () => abort.abort();
  }, [room, finished, attempt]);

  const loadMore = async () => {
    if (busy.current || state.runs === null) return;
    busy.current = true;
    setLoading(true);
    try {
      const { executions, pagination } = await runHistory(room.id, Math.floor(state.runs.length / PAGE_SIZE) + 1, PAGE_SIZE);
      setState(({ runs }) => ({ runs: mergeRuns(runs, executions), total: pagination.total, error: null }));
    } catch (error) {
      setState((before) => ({ ...before, error: messageOf(error) }));
    } finally {
      busy.current = false;
      setLoading(false);
    }
  };

  return {
    ...state,
    loading,
    hasMore: state.runs !== null && state.runs.length < state.total,
    loadMore: () => void loadMore(),
    retry: () => setAttempt((n) => n + 1),
  };
}
