import { ActionIcon, EmptyState, Kbd, Skeleton, TextInput, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowBarToDown, IconCornerDownLeft, IconEraser, IconHourglass, IconTerminal2 } from '@tabler/icons-react';
import { lazy, memo, Suspense, useEffect, useLayoutEffect, useState, type FormEvent } from 'react';
import { messageOf } from '../api/problem';
import { plural, timeAgo } from '../lib/format';
import { useStore } from '../lib/store';
import { useStickToEnd } from '../lib/useStickToEnd';
import type { Room } from '../session/room';
import { CopyButton } from './CopyButton';
import { hintFor } from './hints';
import { noteOn } from './outcome';
import type { Segment } from './outputBuffer';
import { runShortcut } from './RunButton';
import type { Run } from './runs';
import { waiting } from './Verdict';
import classes from './OutputView.module.css';

const TerminalView = lazy(() => import('./terminal/TerminalView'));
const TestReport = lazy(() => import('./tests/TestReport'));
const OutputFiles = lazy(() => import('./OutputFiles'));

interface Props {
  room: Room;
  run: Run | undefined;
  editable: boolean;
}

export function OutputView({ room, run, editable }: Props) {
  const all = useStore(room.runs.all);
  if (run === undefined) return <NothingYet editable={editable} />;
  return (
    <>
      {run.stored && <EarlierRun run={run} isNewest={isNewest(run, all)} />}
      <OneRun room={room} run={run} editable={editable} />
    </>
  );
}

/** What is on screen has not just been printed. */
function EarlierRun({ run, isNewest }: { run: Run; isNewest: boolean }) {
  const when = run.result?.finishedAt ?? run.startedAt;
  return (
    <p className={classes.earlier} role="note">
      {isNewest ? 'The latest run' : 'An earlier run'}{when == null ? '' : `, ${timeAgo(when)}`}{run.user === null ? '' : `, by ${run.user.username}`}
    </p>
  );
}

function isNewest(run: Run, all: readonly Run[]): boolean {
  return !all.some((other) => other !== run && (other.startedAt ?? '9') > (run.startedAt ?? '9'));
}

function OneRun({ room, run, editable }: Props & { run: Run }) {
  if (run.state === 'queued' && run.position !== null) return <Waiting run={run} editable={editable} />;
  if (run.terminal !== null) return <TerminalOutput key={run.jobId} room={room} run={run} editable={editable} />;
  return <RunOutput key={run.jobId} room={room} run={run} editable={editable} />;
}

function Waiting({ run, editable }: { run: Run; editable: boolean }) {
  return (
    <EmptyState
      m="auto"
      px="md"
      size="xs"
      icon={<IconHourglass stroke={1.5} />}
      title={waiting(run)}
      description={`Other programs are running on this server. It starts by itself when it is its turn.${editable ? ' Cancel takes it out.' : ''}`}
    />
  );
}

function TerminalOutput({ room, run, editable }: { room: Room; run: Run; editable: boolean }) {
  return (
    <div className={classes.view}>
      <div className={classes.printed}>
        <Suspense fallback={<Skeleton m="md" h={14} w="40%" />}>
          <TerminalView room={room} run={run} editable={editable} />
        </Suspense>
        <Hint room={room} run={run} />
      </div>
      <Files run={run} />
    </div>
  );
}

/** Beside the output, or below it, and never under its end: a picture is to be noticed. */
function Files({ run }: { run: Run }) {
  return hasFiles(run) ? <div className={classes.files}><Suspense><OutputFiles result={run.result!} /></Suspense></div> : null;
}

function hasFiles({ result }: Run): boolean {
  return result !== null && ((result.outputFiles?.length ?? 0) > 0 || (result.outputFilesOmitted ?? 0) > 0);
}

/** Why it ended, where its output does not tell. */
function Note({ run }: { run: Run }) {
  const note = run.result === null ? null : noteOn(run.result);
  return note === null ? null : <p className={classes.note}>{note}</p>;
}

/** Something that the person may not know, and that would help with what just happened. */
function Hint({ room, run }: { room: Room; run: Run }) {
  const hint = run.result === null ? null : hintFor(run.result, () => room.document.get().contents());
  return hint === null ? null : <p className={classes.hint}>{hint}</p>;
}

function NothingYet({ editable }: { editable: boolean }) {
  return (
    <EmptyState
      m="auto"
      px="md"
      size="xs"
      icon={<IconTerminal2 stroke={1.5} />}
      title="Nothing has run yet"
      description={editable
        ? <>Press Run, or <Kbd size="xs">{runShortcut}</Kbd>. Everybody in the session sees the output, and the files and pictures that the program writes.</>
        : 'When somebody runs the program, its output appears here.'}
    />
  );
}

function RunOutput({ room, run, editable }: { room: Room; run: Run; editable: boolean }) {
  const { segments, trimmed } = useStore(run.output);
  const finished = run.state === 'finished';
  const tested = (run.result?.testCases?.length ?? 0) > 0;
  const end = useStickToEnd<HTMLDivElement>(!tested, segments, run.state);
  // A report is read from its first line.
  useLayoutEffect(() => {
    if (tested && end.ref.current !== null) end.ref.current.scrollTop = 0;
  }, [tested, end.ref]);
  const truncated = run.result !== null && [run.result.compile, run.result.run].some((s) => s?.stdoutTruncated || s?.stderrTruncated);

  return (
    <div className={classes.view}>
      <div className={classes.printed}>
        <div
          {...end}
          className={classes.output}
          role="log"
          aria-label="Program output"
          aria-live="off"
          data-testid="output"
          tabIndex={0}
        >
          {trimmed && <p className={classes.note}>Earlier output is not shown.</p>}
          <Segments segments={segments} />
          {tested && <Suspense><TestReport run={run} /></Suspense>}
          {finished && segments.length === 0 && !tested && <p className={classes.note}>{emptyNote(run)}</p>}
          {truncated && <p className={classes.note}>The program printed more than the limit; the rest was left out.</p>}
          <Note run={run} />
          {!finished && (run.testCases !== null || run.testCase !== null) && <p className={classes.note}>{testing(run)}</p>}
          <Hint room={room} run={run} />
        </div>
        <div className={classes.tools}>
          {segments.length > 0 && <CopyButton text={() => run.buffer.toString()} />}
          {segments.length > 0 && (
            <Tooltip label="Clear">
              <ActionIcon aria-label="Clear output" size={26} onClick={() => room.runs.clear(run)}><IconEraser size={15} /></ActionIcon>
            </Tooltip>
          )}
        </div>
        {!finished && editable && <InputLine room={room} run={run} />}
      </div>
      <Files run={run} />
    </div>
  );
}

function testing({ testCases, testCase }: Run): string {
  if (testCases === null) return `Running test case ${testCase! + 1}…`;
  return testCase === null ? `Running ${plural(testCases.length, 'test case')}…` : `Running test case ${testCase + 1} of ${testCases.length}…`;
}

const COMPILATION_ERROR = 6;

function emptyNote(run: Run): string {
  const { result } = run;
  if (result?.status.id === COMPILATION_ERROR) return 'The compiler said nothing more.';
  if (result !== null && result.run === null && result.compile === null) return 'The program was not run.';
  return hasFiles(run) ? 'The program printed nothing, but wrote files.' : 'The program printed nothing.';
}

/** Output as it was printed, that of the compiler apart. */
export function Segments({ segments }: { segments: readonly Segment[] }) {
  const firstOfRun = segments.findIndex((s) => s.phase === 'run');
  const compile = firstOfRun < 0 ? segments : segments.slice(0, firstOfRun);
  const run = firstOfRun < 0 ? [] : segments.slice(firstOfRun);
  return (
    <>
      {compile.length > 0 && compile[0]!.phase === 'compile' && (
        <div className={classes.compile}>
          <div className={classes.heading}>Compiler</div>
          <pre className={classes.text}>{compile.map((s) => <Piece key={s.id} segment={s} />)}</pre>
        </div>
      )}
      <pre className={classes.text}>{run.map((s) => <Piece key={s.id} segment={s} />)}</pre>
    </>
  );
}

/** Text only, whatever the program printed. */
const Piece = memo(function Piece({ segment: { stream, look, text } }: { segment: Segment }) {
  const style = look.color === null ? undefined : { color: `var(--ansi-${look.color})` };
  return <span data-stream={stream} className={look.bold ? classes.bold : undefined} style={style}>{text}</span>;
});

const INPUT_AFTER_MS = 600;

/** What a running program reads. It comes a moment after the start: most programs have ended by then. */
function InputLine({ room, run }: { room: Room; run: Run }) {
  const [text, setText] = useState('');
  const [visible, setVisible] = useState(false);
  const [ended, setEnded] = useState(false);

  useEffect(() => {
    if (run.state !== 'running' || !run.interactive) return;
    const timer = setTimeout(() => setVisible(true), INPUT_AFTER_MS);
    return () => clearTimeout(timer);
  }, [run.state, run.interactive]);

  if (!visible || ended) return null;
  const report = (error: unknown) =>
    notifications.show({ color: 'red', title: 'The input was not sent', message: messageOf(error) });
  const send = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await room.runs.sendInput(run, `${text}\n`);
      setText('');
    } catch (error) {
      report(error);
    }
  };
  const end = () => room.runs.endInput(run).then(() => setEnded(true)).catch(report);
  return (
    <form className={classes.input} onSubmit={(event) => void send(event)}>
      <TextInput
        aria-label="Input for the program"
        placeholder="Type a line for the program to read"
        size="xs"
        flex={1}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      <ActionIcon type="submit" aria-label="Send line" variant="light" color="moss" size={30}><IconCornerDownLeft size={16} /></ActionIcon>
      <Tooltip label="End of input (Ctrl-D in a terminal)">
        <ActionIcon aria-label="End of input" variant="subtle" color="gray" size={30} onClick={() => void end()}><IconArrowBarToDown size={16} /></ActionIcon>
      </Tooltip>
    </form>
  );
}
