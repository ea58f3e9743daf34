import { Alert, Button, EmptyState, SegmentedControl, Skeleton, TextInput, Title } from '@mantine/core';
import { useDebouncedValue, useDisclosure, useDocumentTitle } from '@mantine/hooks';
import { IconCode, IconPlus, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { Scope } from '../api/sessions';
import type { User } from '../api/types';
import { Brand } from '../app/Brand';
import { UserMenu } from '../app/UserMenu';
import { CreateDialog } from './CreateDialog';
import { SessionRow } from './SessionRow';
import { useSessionList } from './useSessionList';
import classes from './Sessions.module.css';

const scopes: { value: Scope; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'owned', label: 'Mine' },
  { value: 'joined', label: 'Joined' },
  { value: 'public', label: 'Public' },
];

export default function SessionsPage({ user }: { user: User }) {
  useDocumentTitle('Sessions · CodeCrafter');
  const [scope, setScope] = useState<Scope>('all');
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text.trim(), 250);
  const list = useSessionList(scope, query);
  const [creating, dialog] = useDisclosure(false);

  return (
    <>
      <header className={classes.header}>
        <Brand />
        <UserMenu user={user} />
      </header>
      <main className={classes.main}>
        <div className={classes.top}>
          <Title order={1} className={classes.title}>Sessions</Title>
          <Button leftSection={<IconPlus size={16} />} onClick={dialog.open}>New session</Button>
        </div>
        <div className={classes.filters}>
          <SegmentedControl
            aria-label="Which sessions"
            data={scopes}
            value={scope}
            onChange={(value) => setScope(value as Scope)}
            className={classes.scopes}
          />
          <TextInput
            aria-label="Search sessions"
            placeholder="Search"
            type="search"
            leftSection={<IconSearch size={15} />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            className={classes.search}
          />
        </div>
        <SessionList list={list} user={user} filtered={query !== ''} scope={scope} onCreate={dialog.open} />
      </main>
      <CreateDialog opened={creating} onClose={dialog.close} />
    </>
  );
}

interface ListProps {
  list: ReturnType<typeof useSessionList>;
  user: User;
  filtered: boolean;
  scope: Scope;
  onCreate: () => void;
}

function SessionList({ list, user, filtered, scope, onCreate }: ListProps) {
  if (list.error !== null) {
    return (
      <Alert color="red" variant="light" title="The sessions could not be loaded" role="alert">
        {list.error} <Button size="compact-xs" variant="white" color="red" ml="xs" onClick={list.reload}>Try again</Button>
      </Alert>
    );
  }
  if (list.sessions === null) return <LoadingRows />;
  if (list.sessions.length === 0) return <NoSessions filtered={filtered} scope={scope} onCreate={onCreate} />;
  return (
    <>
      <ul className={classes.list} aria-label="Sessions" aria-busy={list.loading}>
        {list.sessions.map((session) => (
          <SessionRow key={session.id} session={session} user={user} onChanged={list.reload} />
        ))}
      </ul>
      {list.hasMore && (
        <Button variant="default" fullWidth mt="sm" loading={list.loading} onClick={list.loadMore}>Show more</Button>
      )}
    </>
  );
}

function LoadingRows() {
  return (
    <div className={classes.list} aria-busy="true" aria-label="Loading sessions">
      {[0.42, 0.3, 0.5].map((width) => (
        <div key={width} className={classes.row}>
          <div><Skeleton h={14} w={`${width * 100}%`} mb={9} /><Skeleton h={10} w="24%" /></div>
        </div>
      ))}
    </div>
  );
}

function NoSessions({ filtered, scope, onCreate }: { filtered: boolean; scope: Scope; onCreate: () => void }) {
  if (filtered) {
    return <EmptyState mt={72} icon={<IconSearch />} title="No session matches" description="Try other words, or look under All." />;
  }
  const [title, description] = {
    all: ['Start your first session', 'A session is a few files that people edit together, with a Run button and a chat.'],
    owned: ['You have no sessions of your own', 'Make one and share its link with those you want to work with.'],
    joined: ['You have not joined a session', 'Open a link that somebody shares with you and it appears here.'],
    public: ['There are no public sessions', 'A public session is listed here for everybody who has an account.'],
  }[scope];
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
