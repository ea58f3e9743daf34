import { Alert, Button, EmptyState, Skeleton } from '@mantine/core';
import { IconCode, IconPlus, IconSearch, IconTrash } from '@tabler/icons-react';
import type { User } from '../api/types';
import { plural } from '../lib/format';
import { DeletedRow } from './DeletedRow';
import type { ListFilter } from './listFilter';
import { RESTORABLE_FOR } from './restorable';
import { SessionRow } from './SessionRow';
import type { useSessionList } from './useSessionList';
import classes from './Sessions.module.css';

interface Props {
  list: ReturnType<typeof useSessionList>;
  user: User;
  filter: ListFilter;
  onCreate: () => void;
  onClear: () => void;
}

/** The list in whatever state it is: on its way, failed, empty, or there. */
export function SessionList({ list, user, filter, onCreate, onClear }: Props) {
  const { sessions, total } = list;
  return (
    <>
      {list.error !== null && (
        <Alert color="red" variant="light" title="The sessions could not be loaded" role="alert" mb="sm">
          {list.error} <Button size="compact-xs" variant="white" color="red" ml="xs" loading={list.loading} onClick={list.reload}>Try again</Button>
        </Alert>
      )}
      {sessions === null && list.error === null && <LoadingRows />}
      {sessions?.length === 0 && <NoSessions filter={filter} onCreate={onCreate} onClear={onClear} />}
      {sessions !== null && sessions.length > 0 && (
        <ul className={classes.list} aria-label="Sessions" aria-busy={list.loading}>
          {sessions.map((session) => (filter.scope === 'deleted'
            ? <DeletedRow key={session.id} session={session} onRestored={list.reload} />
            : <SessionRow key={session.id} session={session} user={user} onChanged={list.reload} />))}
        </ul>
      )}
      {list.hasMore && (
        <Button variant="default" fullWidth mt="sm" loading={list.loading} onClick={list.loadMore}>Show more</Button>
      )}
      <p role="status" className={classes.count}>{countText(sessions?.length ?? null, total)}</p>
    </>
  );
}

function countText(shown: number | null, total: number): string {
  if (shown === null || shown === 0) return '';
  return shown < total ? `${shown} of ${plural(total, 'session')}` : plural(total, 'session');
}

function LoadingRows() {
  return (
    <div className={classes.list} role="status" aria-label="Loading sessions">
      {[0.42, 0.3, 0.5].map((width) => (
        <div key={width} className={classes.row}>
          <div><Skeleton h={14} w={`${width * 100}%`} mb={9} /><Skeleton h={10} w="24%" /></div>
        </div>
      ))}
    </div>
  );
}

function NoSessions({ filter: { scope, q, language }, onCreate, onClear }: Omit<Props, 'list' | 'user'>) {
  if (q !== '' || language !== '') {
    return (
      <EmptyState mt={72} icon={<IconSearch />} title="No session matches" description="Try other words, another language, or look under All.">
        <EmptyState.Actions><Button variant="default" onClick={onClear}>Clear the search</Button></EmptyState.Actions>
      </EmptyState>
    );
  }
  if (scope === 'deleted') {
    return (
      <EmptyState
        mt={72}
        icon={<IconTrash />}
        title="Nothing was deleted"
        description={`A session that you delete can be restored from here for ${RESTORABLE_FOR}.`}
      />
    );
  }
  const [title, description] = {
    all: ['Start your first session', 'A session is a few files that people edit together, with a Run button and a chat.'],
    owned: ['You have no sessions of your own', 'Make one and share its link with those you want to work with.'],
    joined: ['You have not joined a session', 'Open a link that somebody shares with you and it appears here.'],
    public: ['There are no public sessions', 'A public session is listed here for everybody who has an account.'],
  }[scope] as [string, string];
  return (
    <EmptyState mt={72} size="lg" icon={<IconCode />} title={title} description={description} withIndicatorBackground>
      {scope !== 'joined' && (
        <EmptyState.Actions>
          <Button leftSection={<IconPlus size={16} />} onClick={onCreate}>Create a session</Button>
        </EmptyState.Actions>
      )}
    </EmptyState>
  );
}
