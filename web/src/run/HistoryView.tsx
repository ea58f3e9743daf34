import { Button, EmptyState, Skeleton, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconHistory } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { languageName, useLanguages } from '../api/languages';
import { messageOf } from '../api/problem';
import { runHistory } from '../api/sessions';
import type { RunResult } from '../api/types';
import { milliseconds, timeAgo } from '../lib/format';
import type { Room } from '../session/room';
import { outcomeOf } from './outcome';
import classes from './HistoryView.module.css';

const SHOWN = 20;

/** The latest runs; opening one shows its output again. */
export default function HistoryView({ room, onOpen }: { room: Room; onOpen: () => void }) {
  const [runs, setRuns] = useState<RunResult[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const languages = useLanguages();

  useEffect(() => {
    let gone = false;
    setError(null);
    runHistory(room.id, SHOWN).then(
      (list) => !gone && setRuns(list),
      (failure: unknown) => !gone && setError(messageOf(failure)),
    );
    return () => {
      gone = true;
    };
  }, [room, attempt]);

  if (error !== null) {
    return (
      <EmptyState m="auto" size="sm" icon={<IconHistory />} title="The history could not be loaded" description={error}>
        <EmptyState.Actions><Button size="xs" variant="default" onClick={() => setAttempt((n) => n + 1)}>Try again</Button></EmptyState.Actions>
      </EmptyState>
    );
  }
  if (runs === null) return <div className={classes.list} aria-busy="true">{[1, 2, 3].map((i) => <Skeleton key={i} h={14} m={12} />)}</div>;
  if (runs.length === 0) {
    return <EmptyState m="auto" size="xs" icon={<IconHistory stroke={1.5} />} title="No runs yet" description="The latest runs of this session are kept here." />;
  }
  return (
    <ul className={classes.list} aria-label="Latest runs">
      {runs.map((run) => (
        <li key={run.jobId}>
          <UnstyledButton
            className={classes.row}
            onClick={() => {
              room.runs.open(run).catch((failure: unknown) =>
                notifications.show({ color: 'red', title: 'The whole output could not be loaded', message: messageOf(failure) }));
              onOpen();
            }}
          >
            <Outcome run={run} />
            <span>{languageName(run.language, languages)}</span>
            <span>{run.executedBy?.username}</span>
            <span>{run.run === null ? '' : milliseconds(run.run.wallTimeMs)}</span>
            <time>{run.createdAt === undefined ? '' : timeAgo(run.createdAt)}</time>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}

function Outcome({ run }: { run: RunResult }) {
  const { kind, words } = outcomeOf(run);
  return <span className={kind === 'good' ? classes.good : classes.other}>{words}</span>;
}
