import { Button, NativeSelect, SegmentedControl, TextInput, Title } from '@mantine/core';
import { useDebouncedValue, useDisclosure, useDocumentTitle } from '@mantine/hooks';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { known, useLanguages } from '../api/languages';
import type { Scope } from '../api/sessions';
import type { User } from '../api/types';
import { Brand } from '../app/Brand';
import { UserMenu } from '../app/UserMenu';
import { CreateDialog } from './CreateDialog';
import { filterPath, readFilter } from './listFilter';
import { SessionList } from './SessionList';
import { useSessionList } from './useSessionList';
import classes from './Sessions.module.css';

const scopes: { value: Scope; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'owned', label: 'Mine' },
  { value: 'joined', label: 'Joined' },
  { value: 'public', label: 'Public' },
  { value: 'deleted', label: 'Deleted' },
];

export default function SessionsPage({ user }: { user: User }) {
  useDocumentTitle('Sessions · CodeCrafter');
  const { filter, text, setText, setFilter } = useFilter();
  const list = useSessionList(filter);
  const languages = useLanguages() ?? known;
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
        <div className={classes.filters} role="search">
          <SegmentedControl
            aria-label="Which sessions"
            data={scopes}
            value={filter.scope}
            onChange={(value) => setFilter({ scope: value as Scope })}
            className={classes.scopes}
          />
          <NativeSelect
            aria-label="Language of the sessions"
            data={[{ value: '', label: 'Any language' }, ...languages.map(({ id, name }) => ({ value: id, label: name }))]}
            value={filter.language}
            onChange={(event) => setFilter({ language: event.currentTarget.value })}
            className={classes.languages}
          />
          <TextInput
            aria-label="Search sessions"
            placeholder="Search"
            type="search"
            maxLength={100}
            leftSection={<IconSearch size={15} />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            className={classes.search}
          />
        </div>
        <SessionList
          list={list}
          user={user}
          filter={filter}
          onCreate={dialog.open}
          onClear={() => {
            setText('');
            setFilter({ q: '', language: '' });
          }}
        />
      </main>
      <CreateDialog opened={creating} onClose={dialog.close} />
    </>
  );
}

/** The filter starts as the address says, and the address follows it. What is typed counts a moment later. */
function useFilter() {
  const [, navigate] = useLocation();
  const [filter, setFilter] = useState(() => readFilter(location.search));
  const [text, setText] = useState(filter.q);
  const [typed] = useDebouncedValue(text.trim(), 250);
  useEffect(() => setFilter((before) => (before.q === typed ? before : { ...before, q: typed })), [typed]);
  useEffect(() => navigate(filterPath(filter), { replace: true }), [filter, navigate]);
  return { filter, text, setText, setFilter: (change: Partial<typeof filter>) => setFilter((before) => ({ ...before, ...change })) };
}
