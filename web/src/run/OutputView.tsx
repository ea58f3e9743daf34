import { ActionIcon, EmptyState, Kbd, TextInput, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowBarToDown, IconCheck, IconCopy, IconCornerDownLeft, IconEraser, IconTerminal2 } from '@tabler/icons-react';
import { memo, useEffect, useState, type FormEvent } from 'react';
import { messageOf } from '../api/problem';
import { copyText } from '../lib/clipboard';
import { useStore } from '../lib/store';
import { useStickToEnd } from '../lib/useStickToEnd';
import type { Room } from '../session/room';
import type { Segment } from './outputBuffer';
import { runShortcut } from './RunButton';
import type { Run } from './runs';
import classes from './OutputView.module.css';

interface Props {
  room: Room;
  run: Run | undefined;
  editable: boolean;
}

export function OutputView({ room, run, editable }: Props) {
  if (run === undefined) return <NothingYet editable={editable} />;
  return <RunOutput key={run.jobId} room={room} run={run} editable={editable} />;
}

function NothingYet({ editable }: { editable: boolean }) {
  return (
    <EmptyState
      m="auto"
      size="xs"
      icon={<IconTerminal2 stroke={1.5} />}
      title="Nothing has run yet"
      description={editable
        ? <>Press Run, or <Kbd size="xs">{runShortcut}</Kbd>. Everybody in the session sees the output.</>
        : 'When somebody runs the program, its output appears here.'}
    />
  );
}

function RunOutput({ room, run, editable }: { room: Room; run: Run; editable: boolean }) {
  const { segments, trimmed } = useStore(run.output);
  const end = useStickToEnd<HTMLDivElement>(segments, run.state);
  const finished = run.state === 'finished';
  const truncated = run.result !== null && [run.result.compile, run.result.run].some((s) => s?.stdoutTruncated || s?.stderrTruncated);

  return (
    <div className={classes.view}>
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
        {finished && segments.length === 0 && <p className={classes.note}>{emptyNote(run)}</p>}
        {truncated && <p className={classes.note}>The program printed more than the limit; the rest was left out.</p>}
      </div>
      <div className={classes.tools}>
        <CopyButton run={run} disabled={segments.length === 0} />
        {segments.length > 0 && (
          <Tooltip label="Clear">
            <ActionIcon aria-label="Clear output" size={26} onClick={() => room.runs.clear(run)}><IconEraser size={15} /></ActionIcon>
          </Tooltip>
        )}
      </div>
      {!finished && editable && <InputLine room={room} run={run} />}
    </div>
  );
}

const INTERNAL_ERROR = 13;
const COMPILATION_ERROR = 6;

function emptyNote({ result }: Run): string {
  if (result?.status.id === INTERNAL_ERROR) return 'The server failed to run it. That is no fault of the program: try again.';
  if (result?.status.id === COMPILATION_ERROR) return 'The compiler said nothing more.';
  return 'The program printed nothing.';
}

function Segments({ segments }: { segments: readonly Segment[] }) {
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

function CopyButton({ run, disabled }: { run: Run; disabled: boolean }) {
  const [copied, setCopied] = useState(false);
  if (disabled) return null;
  const copy = async () => {
    if (!(await copyText(run.buffer.toString()))) {
      notifications.show({ message: 'The browser did not allow copying.' });
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <Tooltip label={copied ? 'Copied' : 'Copy'}>
      <ActionIcon aria-label="Copy output" size={26} onClick={() => void copy()}>
        {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
      </ActionIcon>
    </Tooltip>
  );
}

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
