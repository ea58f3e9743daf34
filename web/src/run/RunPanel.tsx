import { Tabs } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useStore } from '../lib/store';
import type { Room } from '../session/room';
import { HistoryView } from './HistoryView';
import { InputView, type ProgramInput } from './InputView';
import { OutputView } from './OutputView';
import { Verdict } from './Verdict';
import classes from './RunPanel.module.css';

interface Props {
  room: Room;
  editable: boolean;
  input: ProgramInput;
}

type Tab = 'output' | 'input' | 'history';

/** Everything about running: what it prints, what it reads, and what ran before. */
export function RunPanel({ room, editable, input }: Props) {
  const [tab, setTab] = useState<Tab>('output');
  const shown = useStore(room.runs.shown);
  const run = useStore(room.runs.all).find((r) => r.jobId === shown);
  const hasInput = input.stdin !== '' || input.args.trim() !== '';

  useEffect(() => setTab('output'), [shown]);

  return (
    <section className={classes.panel} aria-label="Run">
      <Tabs
        value={tab}
        onChange={(value) => setTab(value as Tab)}
        keepMounted={false}
        classNames={{ root: classes.tabs, list: classes.list, tab: classes.tab, panel: classes.body }}
      >
        <div className={classes.bar}>
          <Tabs.List>
            <Tabs.Tab value="output">Output</Tabs.Tab>
            {editable && (
              <Tabs.Tab value="input">Input{hasInput && <span className={classes.mark} aria-label=" (set)" />}</Tabs.Tab>
            )}
            <Tabs.Tab value="history">History</Tabs.Tab>
          </Tabs.List>
          {run !== undefined && <Verdict run={run} />}
        </div>
        <Tabs.Panel value="output"><OutputView room={room} run={run} editable={editable} /></Tabs.Panel>
        {editable && <Tabs.Panel value="input"><InputView input={input} /></Tabs.Panel>}
        <Tabs.Panel value="history"><HistoryView room={room} onOpen={() => setTab('output')} /></Tabs.Panel>
      </Tabs>
    </section>
  );
}
