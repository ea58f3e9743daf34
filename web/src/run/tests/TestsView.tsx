import { ActionIcon, Button, EmptyState, Menu, Switch, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots, IconDownload, IconEyeOff, IconListCheck, IconPlus, IconUpload } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { messageOf } from '../../api/problem';
import { save } from '../../lib/download';
import { useStore } from '../../lib/store';
import type { Room } from '../../session/room';
import { outcomeOfTest, type Outcome } from '../outcome';
import type { Run } from '../runs';
import { TestCaseForm } from './TestCaseForm';
import { MAX_CASES, type TestCase, type TestCases } from './testCases';
import classes from './TestsView.module.css';

interface Props {
  room: Room;
  tests: TestCases;
  onRun: () => void;
}

const MAX_IMPORT_BYTES = 4 << 20;

/** The test cases that this person made: to change and to run. */
export default function TestsView({ room, tests, onRun }: Props) {
  const { cases, stopAtFirstFailure } = useStore(tests.suite);
  const lost = useStore(tests.lost);
  const runs = useStore(room.runs.all);
  const busy = useStore(room.runs.starting) || runs.some((run) => run.state !== 'finished');
  const [chosen, setChosen] = useState<string | null>(null);
  const selected = cases.find((test) => test.id === chosen) ?? cases[0];
  const last = runs.findLast((run) => run.testCases !== null);

  if (selected === undefined) {
    return (
      <EmptyState m="auto" px="md" size="xs" icon={<IconListCheck stroke={1.5} />} title="No test cases yet" description={explanation}>
        <EmptyState.Actions>
          <Button size="xs" leftSection={<IconPlus size={14} />} onClick={() => setChosen(tests.add())}>Add a test case</Button>
          <ImportButton tests={tests} />
        </EmptyState.Actions>
      </EmptyState>
    );
  }
  return (
    <div className={classes.view}>
      <div className={classes.toolbar}>
        <Button size="xs" onClick={onRun} disabled={busy}>Run all</Button>
        <Switch
          size="xs"
          label="Stop at the first failure"
          checked={stopAtFirstFailure}
          onChange={(event) => tests.setStopAtFirstFailure(event.currentTarget.checked)}
        />
        <p className={classes.note}>{lost ? 'There is no room in this browser to keep them: export them.' : explanation}</p>
        <FileMenu tests={tests} />
      </div>
      <div className={classes.columns}>
        <div className={classes.side}>
          <ul className={classes.list} aria-label="Test cases">
            {cases.map((test, i) => (
              <li key={test.id}>
                <UnstyledButton className={classes.row} aria-current={test.id === selected.id} onClick={() => setChosen(test.id)}>
                  <span className={classes.name}>{test.name || `Case ${i + 1}`}</span>
                  {test.hidden && <IconEyeOff size={14} aria-label="hidden" />}
                  <Badge outcome={outcomeIn(last, tests, test)} />
                </UnstyledButton>
              </li>
            ))}
          </ul>
          <Button
            size="xs" variant="default" leftSection={<IconPlus size={14} />} disabled={cases.length >= MAX_CASES}
            onClick={() => setChosen(tests.add())}
          >
            Add
          </Button>
        </div>
        <TestCaseForm key={selected.id} tests={tests} test={selected} />
      </div>
    </div>
  );
}

const explanation = 'Your test cases are kept in this browser only. When you run them, everybody in the session sees the results.';

/** How the case ended last, if it has not changed since. */
function outcomeIn(run: Run | undefined, tests: TestCases, test: TestCase): Outcome | null {
  const index = run?.testCases?.indexOf(tests.requestOf(test)) ?? -1;
  const verdict = index < 0 ? undefined : run?.result?.testCases?.find((v) => v.index === index);
  return verdict === undefined ? null : outcomeOfTest(verdict);
}

function Badge({ outcome }: { outcome: Outcome | null }) {
  return outcome === null ? null : <span className={classes[outcome.kind]}>{outcome.words}</span>;
}

function FileMenu({ tests }: { tests: TestCases }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Menu width={200}>
        <Menu.Target><ActionIcon aria-label="Import or export" size={28}><IconDots size={16} /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconUpload size={15} />} onClick={() => input.current?.click()}>Import JSON…</Menu.Item>
          <Menu.Item
            leftSection={<IconDownload size={15} />}
            onClick={() => save('test-cases.json', new Blob([tests.toJson()], { type: 'application/json' }))}
          >
            Export JSON
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ImportInput tests={tests} input={input} />
    </>
  );
}

function ImportButton({ tests }: { tests: TestCases }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconUpload size={14} />} onClick={() => input.current?.click()}>Import JSON</Button>
      <ImportInput tests={tests} input={input} />
    </>
  );
}

function ImportInput({ tests, input }: { tests: TestCases; input: React.RefObject<HTMLInputElement | null> }) {
  const read = async (file: File | undefined) => {
    if (file === undefined) return;
    try {
      if (file.size > MAX_IMPORT_BYTES) throw new Error('The file is larger than 4 MB.');
      tests.addJson(await file.text());
    } catch (error) {
      notifications.show({ color: 'red', title: `${file.name} was not imported`, message: messageOf(error) });
    }
  };
  return (
    <input
      ref={input}
      type="file"
      accept=".json,application/json"
      hidden
      aria-label="Test cases to import"
      onChange={(event) => {
        void read(event.currentTarget.files?.[0]);
        event.currentTarget.value = '';
      }}
    />
  );
}
