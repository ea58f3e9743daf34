import { Avatar, UnstyledButton } from '@mantine/core';
import { useDocumentTitle, useMediaQuery } from '@mantine/hooks';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import { messageOf } from '../api/problem';
import type { UserRef } from '../api/types';
import { Brand } from '../app/Brand';
import { PersonAvatar } from '../app/PersonAvatar';
import { FileTabs } from '../editor/FileTabs';
import { languageOf } from '../editor/paths';
import { useStore } from '../lib/store';
import workspace from '../session/Workspace.module.css';
import { Controls } from './Controls';
import { OutputAt } from './OutputAt';
import { countUpTo, Player } from './player';
import { runAt } from './printed';
import type { NamedCaret } from './ReplayEditor';
import type { RecordedEvent, Recording } from './recording';
import { ChatAt, EventsAt } from './SideAt';
import classes from './Playback.module.css';

const ReplayEditor = lazy(() => import('./ReplayEditor'));

type Part = 'code' | 'output' | 'chat' | 'events';
const parts: readonly { part: Part; label: string }[] = [
  { part: 'code', label: 'Code' }, { part: 'output', label: 'Output' }, { part: 'chat', label: 'Chat' }, { part: 'events', label: 'Events' },
];

/** A recording, with everything that there was to see at the moment that it stands at. */
export function PlaybackView({ recording, actions }: { recording: Recording; actions?: ReactNode }) {
  const [player, setPlayer] = useState<Player | null>(null);
  useDocumentTitle(`Playback of ${recording.info.title} · CodeCrafter`);
  useEffect(() => {
    const made = new Player(recording);
    setPlayer(made);
    return () => made.destroy();
  }, [recording]);
  return player === null ? null : <Stage recording={recording} player={player} actions={actions} />;
}

function Stage({ recording, player, actions }: { recording: Recording; player: Player; actions: ReactNode }) {
  const wide = useMediaQuery('(min-width: 62em)', window.innerWidth >= 992, { getInitialValueInEffect: false });
  const [part, setPart] = useState<Part>('code');
  const [side, setSide] = useState<'chat' | 'events'>('chat');
  const [follows, setFollows] = useState(true);
  const failure = useStore(player.failure);
  const past = useAt(player, (time) => countUpTo(recording.events, time, (event) => event.at));
  const seek = useCallback((time: number) => void player.seek(time), [player]);

  const chatCount = useMemo(() => recording.events.slice(0, past).filter((event) => event.kind === 'message').length, [recording, past]);
  const code = <Code recording={recording} player={player} follows={follows} onChoose={() => setFollows(false)} />;
  const output = <Output recording={recording} player={player} />;
  const chat = <ChatAt recording={recording} count={chatCount} />;
  const events = <EventsAt recording={recording} past={past} onSeek={seek} />;
  return (
    <div className={classes.page}>
      <header className={workspace.header}>
        <Brand withName={false} />
        <h1 className={classes.title} title={recording.info.title}>Playback of {recording.info.title}</h1>
        <div className={classes.space} />
        {wide && <PresentAt events={recording.events} past={past} />}
        {actions}
      </header>
      {failure !== null && <div className={classes.failure} role="alert">This moment cannot be shown: {messageOf(failure)}</div>}
      {wide ? (
        <main className={classes.main}>
          <div className={classes.column}>{code}{output}</div>
          <aside className={classes.side} aria-label="What happened">
            <div className={classes.panelHead} role="tablist" aria-label="What happened">
              <SideTab selected={side === 'chat'} onSelect={() => setSide('chat')}>Chat</SideTab>
              <SideTab selected={side === 'events'} onSelect={() => setSide('events')}>Events</SideTab>
            </div>
            {side === 'chat' ? chat : events}
          </aside>
        </main>
      ) : (
        <>
          <nav className={classes.nav} aria-label="Parts of the recording">
            {parts.map(({ part: target, label }) => (
              <UnstyledButton key={target} aria-current={part === target ? 'page' : undefined} onClick={() => setPart(target)}>{label}</UnstyledButton>
            ))}
          </nav>
          <main className={classes.main}>
            <div className={classes.column}>{{ code, output, chat, events }[part]}</div>
          </main>
        </>
      )}
      <Controls recording={recording} player={player} follows={follows} onFollow={setFollows} />
    </div>
  );
}

function SideTab({ selected, onSelect, children }: { selected: boolean; onSelect: () => void; children: ReactNode }) {
  return <UnstyledButton role="tab" aria-selected={selected} className={classes.sideTab} onClick={onSelect}>{children}</UnstyledButton>;
}

interface CodeProps {
  recording: Recording;
  player: Player;
  follows: boolean;
  /** Somebody opened a file: they do not want to be taken to another. */
  onChoose: () => void;
}

function Code({ recording, player, follows, onChoose }: CodeProps) {
  const scene = useStore(player.scene);
  const [chosen, setChosen] = useState<string | null>(null);
  const { files, latest } = scene;
  const wanted = follows && latest !== null ? latest.path : chosen;
  const active = wanted !== null && files.paths.includes(wanted) ? wanted : files.entry ?? files.paths[0] ?? null;
  // What was open stays open when the following ends.
  useEffect(() => setChosen(active), [active]);
  const names = useMemo(() => new Map(recording.info.authors.map((author) => [author.id, author.username])), [recording]);
  const carets = useMemo(
    () => (active === null ? [] : scene.carets(active)).map(({ authorId, index }): NamedCaret => ({ id: authorId, index, name: names.get(authorId) ?? 'somebody' })),
    [scene, active, names],
  );
  const open = (path: string) => {
    onChoose();
    setChosen(path);
  };
  return (
    <section className={classes.files} aria-label="Files">
      <FileTabs files={files} active={active} readOnly onOpen={open} />
      {active === null ? <p className={classes.empty}>There were no files yet.</p> : (
        <Suspense>
          <ReplayEditor
            key={active}
            path={active}
            text={scene.text(active)}
            language={languageOf(active) ?? (active === files.entry && !active.includes('.') ? files.language : null)}
            carets={carets}
            followed={follows ? latest?.authorId ?? null : null}
          />
        </Suspense>
      )}
    </section>
  );
}

function Output({ recording, player }: { recording: Recording; player: Player }) {
  // A word for each state of each run, so that it is drawn anew only where it differs.
  const key = useAt(player, (time) => {
    const run = runAt(recording.events, time);
    return run === null ? '' : `${run.event.id} ${run.state} ${run.marks}`;
  });
  const run = key === '' ? null : runAt(recording.events, player.time.get());
  return <OutputAt event={run?.event ?? null} state={run?.state ?? null} marks={run?.marks ?? 0} />;
}

const SHOWN = 5;

/** Who was there. */
function PresentAt({ events, past }: { events: readonly RecordedEvent[]; past: number }) {
  const people = useMemo(() => presentAfter(events.slice(0, past)), [events, past]);
  if (people.length === 0) return null;
  return (
    <Avatar.Group spacing={6} role="group" aria-label={`There: ${people.map((person) => person.username).join(', ')}`}>
      {people.slice(0, SHOWN).map((person) => <PersonAvatar key={person.id} user={person} size={26} />)}
      {people.length > SHOWN && <Avatar size={26} radius="xl">+{people.length - SHOWN}</Avatar>}
    </Avatar.Group>
  );
}

/** Who is there after these events, in the order in which they came. */
export function presentAfter(events: readonly RecordedEvent[]): UserRef[] {
  const people = new Map<string, UserRef>();
  for (const { kind, user } of events) {
    if (kind === 'joined') people.set(user.id, user);
    else if (kind === 'left' || kind === 'removed') people.delete(user.id);
  }
  return [...people.values()];
}

/** Something that follows from the time; drawn anew only when it changes. */
function useAt<T extends string | number>(player: Player, of: (time: number) => T): T {
  return useSyncExternalStore(player.time.subscribe, () => of(player.time.get()));
}
