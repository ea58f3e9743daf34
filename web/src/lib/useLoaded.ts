import { useEffect, useState } from 'react';
import { messageOf } from '../api/problem';

export interface Loaded<T> {
  value: T | null;
  error: string | null;
  /** Loads it anew; what is there stays until the new one is. */
  reload: () => void;
}

/** What `load` brings, again for each other `key`. */
export function useLoaded<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; value: T | null; error: string | null }>({ key, value: null, error: null });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    load(abort.signal).then(
      (value) => !abort.signal.aborted && setState({ key, value, error: null }),
      (error: unknown) => !abort.signal.aborted && setState((before) => ({ key, value: before.key === key ? before.value : null, error: messageOf(error) })),
    );
    return () => abort.abort();
    // `load` is made anew with each drawing; the key says what it loads.
  }, [key, attempt]);
  const current = state.key === key;
  return { value: current ? state.value : null, error: current ? state.error : null, reload: () => setAttempt((n) => n + 1) };
}
