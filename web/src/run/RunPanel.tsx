import { Tabs } from '@mantine/core';
import { lazy, Suspense, useEffect } from 'react';
import { useStore } from '../lib/store';
import type { Room } from '../session/room';
import type { ProgramInput } from './InputView';
import { OutputView } from './OutputView';
import type { TestCases } from './tests/testCases';
import { Verdict } from './Verdict';
import classes from './RunPanel.module.css';

// What is behind another tab comes when it is opened.
const InputView = lazy(() => import('./InputView'));
const TestsView = lazy(() => import('./tests/TestsView'));
const HistoryView = lazy(() => import('./history/HistoryView'));

interface Props {
  room: Room;
  editable: boolean;
  tab: RunTab;
  onTab: (tab: RunTab) => void;
  input: ProgramInput;
  tests: TestCases;
  onRunTests: () => void;
}

export type RunTab = 'output' | 'input' | 'tests' | 'history';

/** Everything about running: what it prints, what it reads, and what ran before. */
export function RunPanel({ room, editable, tab, onTab, input, tests, onRunTests }: Props) {
  const shown = useStore(room.runs.shown);
  const run = useStore(room.runs.all).find((r) => r.jobId === shown);
  const hasInput = input.stdin !== '' || input.args.trim() !== '';

  // Who runs the program looks at it; runs of others take nobody away from what they read or write.
  const starts = run !== undefined && run.state !== 'finished' && run.startedHere;
  useEffect(() => {
    if (starts) onTab('output');
  }, [shown, starts, onTab]);
  // Who becomes a viewer has fewer tabs.
  const current = editable || tab === 'history' ? tab : 'output';

  return (
    <section className={classes.panel} aria-label="Run">
      <Tabs
        value={current}
        onChange={(value) => onTab(value as RunTab)}
        keepMounted={false}
        classNames={{ root: classes.tabs, list: classes.list, tab: classes.tab, panel: classes.body }}
      >
        <div className={classes.bar}>
          <Tabs.List>
            <Tabs.Tab value="output">Output</Tabs.Tab>
            {editable && (
              <Tabs.Tab value="input">Input{hasInput && <span className={classes.mark} aria-label=" (set)" />}</Tabs.Tab>
            )}
            {editable && <Tabs.Tab value="tests">Tests</Tabs.Tab>}
            <Tabs.Tab value="history">History</Tabs.Tab>
          </Tabs.List>
          {run !== undefined && <Verdict run={run} />}
        </div>
        <div className={classes.body} data-run-body>
          <Suspense>
            <Tabs.Panel value="output"><OutputView room={room} run={run} editable={editable} /></Tabs.Panel>
            {editable && <Tabs.Panel value="input"><InputView input={input} /></Tabs.Panel>}
            {editable && <Tabs.Panel value="tests"><TestsView room={room} tests={tests} onRun={onRunTests} /></Tabs.Panel>}
            <Tabs.Panel value="history"><HistoryView room={room} onOpen={() => onTab('output')} /></Tabs.Panel>
          </Suspense>
        </div>
      </Tabs>
    </section>
  );
}
