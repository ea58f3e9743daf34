import { useLocalStorage } from '@mantine/hooks';

/** What a run shows: its output as text, or a terminal. */
export type RunMode = 'plain' | 'terminal';

export function useRunMode(): [RunMode, (mode: RunMode) => void] {
  const [mode, setMode] = useLocalStorage<RunMode>({ key: 'codecrafter-run-mode', defaultValue: 'plain', getInitialValueInEffect: false });
  return [mode === 'terminal' ? 'terminal' : 'plain', setMode];
}
