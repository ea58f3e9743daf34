import { Splitter } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { messageOf } from '../api/problem';
import { canEdit, canRun, type User } from '../api/types';
import { EditorPane } from '../editor/EditorPane';
import { useStore } from '../lib/store';
import { parseArguments } from '../run/arguments';
import { LanguageSelect } from '../run/LanguageSelect';
import { useRunMode } from '../run/runMode';
import { RunPanel, type RunTab } from '../run/RunPanel';
import { TestCases } from '../run/tests/testCases';
import { ChatPanel } from './ChatPanel';
import { MobileNav, type View } from './MobileNav';
import type { Room, RunOptions } from './room';
import { SessionHeader } from './SessionHeader';
import { SidePanel } from './SidePanel';
import { useLayout, useSide } from './layout';
import classes from './Workspace.module.css';

const EndedPage = lazy(() => import('./EndedPage'));
const PeoplePanel = lazy(() => import('./PeoplePanel'));

const ARGUMENTS = 'arguments';

interface Props {
  room: Room;
  /** Visitors have none. */
  account?: User;
  onVisitOver?: () => void;
}

/** An open session: the editor first, everything else around it. */
export function Workspace({ room, account, onVisitOver }: Props) {
  const session = useStore(room.session);
  const ended = useStore(room.ended);
  const document = useStore(room.document);
  const layout = useLayout();
  const split = layout !== 'single';
  const [side, setSide] = useSide(layout);
  const [view, setView] = useState<View>('code');
  const [runTab, setRunTab] = useState<RunTab>('output');
  const [stdin, setStdin] = useState('');
  const [args, setArgs] = useState('');
  const [mode, setMode] = useRunMode();
  const tests = useMemo(() => new TestCases(session.id, room.me.id, localStorage), [session.id, room]);
  const editable = canEdit(session.role);
  const runnable = canRun(session);

  useDocumentTitle(`${session.title} · CodeCrafter`);
  useUnloadWarning(room);
  useEffect(() => {
    room.chat.setVisible(split ? side === 'chat' : view === 'chat');
  }, [room, split, side, view]);

  const preparing = useRef(false);
  const start = useCallback(async (prepare: () => Promise<Omit<RunOptions, 'args'>>) => {
    if (!runnable || preparing.current || room.runs.starting.get()) return;
    const { args: parsed, problem } = parseArguments(args);
    if (problem !== null) {
      notifications.show({ id: ARGUMENTS, color: 'red', title: 'The program did not start', message: `Look at the arguments under Input. ${problem}` });
      return;
    }
    notifications.hide(ARGUMENTS);
    setView('output');
    preparing.current = true;
    try {
      await room.run({ ...await prepare(), args: parsed });
    } catch (error) {
      notifications.show({ color: 'red', title: 'The program did not start', message: messageOf(error) });
    } finally {
      preparing.current = false;
    }
  }, [room, runnable, args]);
  const run = useCallback(
    () => start(async () => (mode === 'terminal' ? { terminal: await (await import('../run/terminal/measure')).measureSize() } : { stdin })),
    [start, mode, stdin],
  );
  const runTests = useCallback(() => {
    const { cases, stopAtFirstFailure } = tests.suite.get();
    return start(async () => ({ testCases: cases.map((test) => tests.requestOf(test)), stopAtFirstFailure }));
  }, [start, tests]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
      event.preventDefault();
      void run();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [run]);

  if (ended !== null) return <Suspense><EndedPage end={ended} visit={room.visit} onVisitOver={onVisitOver} /></Suspense>;

  const language = layout === 'roomy' ? undefined : <LanguageSelect room={room} document={document} readOnly={!editable} />;
  const editor = <EditorPane room={room} document={document} readOnly={!editable} trailing={language} onRun={() => void run()} />;
  const output = (
    <RunPanel
      room={room} editable={runnable} tab={runTab} onTab={setRunTab} input={{ mode, stdin, setStdin, args, setArgs }} tests={tests} onRunTests={() => void runTests()}
    />
  );
  return (
    <div className={classes.page}>
      <SessionHeader room={room} account={account} layout={layout} side={side} onSide={setSide} mode={mode} onMode={setMode} onRun={() => void run()} />
      {split ? (
        <main className={classes.split}>
          <Splitter orientation="vertical" className={classes.panes} lineSize={1} handleColor="var(--line)" withHandle={false}>
            <Splitter.Pane defaultSize={layout === 'roomy' ? 64 : 58} min={20} className={classes.pane}>{editor}</Splitter.Pane>
            <Splitter.Pane defaultSize={layout === 'roomy' ? 36 : 42} min={12} className={classes.pane}>{output}</Splitter.Pane>
          </Splitter>
          {side !== null && <SidePanel room={room} tab={side} onClose={() => setSide(null)} />}
        </main>
      ) : (
        <>
          <main className={classes.single}>
            {/* The editor stays: opening it again would lose the place. */}
            <div className={classes.pane} hidden={view !== 'code'}>{editor}</div>
            {view === 'output' && <div className={classes.pane}>{output}</div>}
            {view === 'chat' && <ChatPanel room={room} />}
            {view === 'people' && <Suspense><PeoplePanel room={room} /></Suspense>}
          </main>
          <MobileNav room={room} view={view} onView={setView} />
        </>
      )}
    </div>
  );
}

/** The browser asks before it closes a tab that has edits which the server lacks. */
function useUnloadWarning(room: Room) {
  useEffect(() => {
    const onUnload = (event: BeforeUnloadEvent) => {
      if (room.document.get().hasUnsavedEdits) event.preventDefault();
    };
    window.addEventListener('beforeunload', onUnload);
    return () => window.removeEventListener('beforeunload', onUnload);
  }, [room]);
}
