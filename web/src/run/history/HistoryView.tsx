import { ActionIcon, Alert, Button, EmptyState, Skeleton, Tooltip, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCode, IconHistory } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { languageName, useLanguages } from '../../api/languages';
import { messageOf } from '../../api/problem';
import type { RunResult } from '../../api/types';
import { fullTime, milliseconds, timeAgo } from '../../lib/format';
import type { Room } from '../../session/room';
import { inWords, outcomeOf } from '../outcome';
import { useHistory } from './useHistory';
import classes from './HistoryView.module.css';

const RunCodeDialog = lazy(() => import('./RunCodeDialog'));

/** What was run before. Opening a run shows its output again; its code can be read, and brought back. */
export default function HistoryView({ room, onOpen }: { room: Room; onOpen: () => void }) {
  const history = useHistory(room);
  const [reading, setReading] = useState<RunResult | null>(null);
  const { runs, error } = history;

  if (runs === null && error !== null) {
    return (
      <EmptyState m="auto" size="sm" icon={<IconHistory />} title="The history could not be loaded" description={error}>
        <EmptyState.Actions><Button size="xs" variant="default" onClick={history.retry}>Try again</Button></EmptyState.Actions>
      </EmptyState>
    );
  }
  if (runs === null) return <div className={classes.scroll} aria-busy="true">{[1, 2, 3].map((i) => <Skeleton key={i} h={14} m={12} />)}</div>;
  if (runs.length === 0) {
    return <EmptyState m="auto" px="md" size="xs" icon={<IconHistory stroke={1.5} />} title="No runs yet" description="The latest runs of this session are kept here, with the code as it ran." />;
  }

  const open = (run: RunResult) => {
    room.runs.open(run).catch((failure: unknown) =>
      notifications.show({ color: 'red', title: 'The whole output could not be loaded', message: messageOf(failure) }));
    onOpen();
  };
  return (
    <div className={classes.scroll}>
      <ul className={classes.list} aria-label="Latest runs">
        {runs.map((run) => (
          <li key={run.jobId} className={classes.item}>
            <RunRow run={run} onOpen={() => open(run)} />
            <Tooltip label="The code as it ran">
              <ActionIcon aria-label={`Code of the run ${describe(run)}`} size={28} onClick={() => setReading(run)}><IconCode size={16} /></ActionIcon>
            </Tooltip>
          </li>
        ))}
      </ul>
      {error !== null && <Alert color="red" variant="light" role="alert" m="xs" p="xs">{error}</Alert>}
      {history.hasMore && (
        <Button variant="subtle" color="gray" size="xs" mx={14} mb={10} loading={history.loading} onClick={history.loadMore}>
          Show earlier runs ({history.total - runs.length})
        </Button>
      )}
      {reading !== null && (
        <Suspense>
          <RunCodeDialog
            room={room} run={reading} onClose={() => setReading(null)}
            onOutput={() => {
              setReading(null);
              open(reading);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

function RunRow({ run, onOpen }: { run: RunResult; onOpen: () => void }) {
  const languages = useLanguages();
  const outcome = outcomeOf(run);
  return (
    <UnstyledButton className={classes.row} onClick={onOpen}>
      <span className={classes.outcome} data-kind={outcome.kind}>{inWords(outcome)}</span>
      <span className={classes.language}>{languageName(run.language, languages)}</span>
      <span className={classes.who}>{run.executedBy?.username}</span>
      <span className={classes.took}>{run.run === null ? '' : milliseconds(run.run.wallTimeMs)}</span>
      <time className={classes.when} dateTime={run.createdAt} title={run.createdAt && fullTime(run.createdAt)}>
        {run.createdAt === undefined ? '' : timeAgo(run.createdAt)}
      </time>
    </UnstyledButton>
  );
}

/** "by ada, 3 minutes ago" */
export function describe(run: RunResult): string {
  const who = run.executedBy === undefined ? '' : `by ${run.executedBy.username}, `;
  return `${who}${run.createdAt === undefined ? '' : timeAgo(run.createdAt)}`;
}
