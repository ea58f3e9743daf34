import { ActionIcon, Button, Tooltip, useComputedColorScheme } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconEar } from '@tabler/icons-react';
import { useEffect, useId, useRef } from 'react';
import { messageOf } from '../../api/problem';
import type { TerminalSize } from '../../api/types';
import type { Room } from '../../session/room';
import { CopyButton } from '../CopyButton';
import { inWords, noteOn, outcomeOf } from '../outcome';
import type { Run } from '../runs';
import { KeyQueue } from './keyQueue';
import { TerminalScreen } from './screen';
import { TYPING_HINT } from './size';
import classes from './TerminalView.module.css';

interface Props {
  room: Room;
  run: Run;
  editable: boolean;
}

/** The terminal of a run. Give it a key for each run: it does not change runs. */
export default function TerminalView({ room, run, editable }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const screen = useRef<TerminalScreen | null>(null);
  const hintId = useId();
  const scheme = useComputedColorScheme('light');
  const [screenReader, setScreenReader] = useLocalStorage({ key: 'codecrafter-screen-reader', defaultValue: false, getInitialValueInEffect: false });
  const mine = run.startedHere;
  const going = run.state !== 'finished';
  const writable = editable && going;
  const keys = useRef<KeyQueue | null>(null);

  useEffect(() => {
    keys.current = new KeyQueue(
      (data) => room.runs.sendKeys(run.jobId, data),
      // A key may meet the end of the program on its way: nobody waits for it then.
      (error) => isGoing(room, run) && notifications.show({ color: 'red', title: 'What you typed was not sent', message: messageOf(error) }),
    );
    const made = new TerminalScreen(host.current!, {
      log: run.log, screenReader, answers: mine, onKeys: (data) => keys.current!.push(data),
    });
    screen.current = made;
    if (run.terminal !== null) made.resize(run.terminal);
    if (mine && isGoing(room, run)) made.focus();
    return () => {
      screen.current = null;
      made.destroy();
    };
    // The rest is followed below: the screen outlives its changes.
  }, [room, run.jobId]);

  useEffect(() => screen.current?.recolor(host.current!), [scheme]);
  useEffect(() => screen.current?.setScreenReader(screenReader), [screenReader]);
  useEffect(() => {
    screen.current?.setWritable(writable);
    screen.current?.describe(writable ? 'Terminal: keys go to the program' : 'Terminal, read only', hintId);
  }, [writable, hintId]);
  useEffect(() => {
    if (!going) screen.current?.end();
  }, [going]);
  useSize(room, run, mine && going, host, screen);

  return (
    <div className={classes.view}>
      <div className={classes.scroll}>
        <div ref={host} className={classes.host} data-testid="terminal" data-fits={mine && going} />
      </div>
      <div className={classes.bar}>
        <span id={hintId} className={going ? classes.hint : classes.ended}>{hint(run, editable, going)}</span>
        {writable && (
          <Button size="compact-xs" variant="default" onClick={() => keys.current?.push('\u0003')} title="Interrupts the program">Ctrl C</Button>
        )}
        <Tooltip label={screenReader ? 'Output is read out. Press to stop' : 'Have a screen reader read the output'}>
          <ActionIcon
            aria-label="Screen reader support" aria-pressed={screenReader} size={24}
            variant={screenReader ? 'light' : 'subtle'} color={screenReader ? 'moss' : 'gray'}
            onClick={() => setScreenReader(!screenReader)}
          >
            <IconEar size={15} />
          </ActionIcon>
        </Tooltip>
        <CopyButton text={() => screen.current?.text() ?? ''} />
      </div>
    </div>
  );
}

function hint(run: Run, editable: boolean, going: boolean): string {
  if (!going) return ending(run);
  if (!editable) return `You see the terminal${run.user === null ? '' : ` of ${run.user.username}`}; as a viewer you cannot type in it.`;
  return TYPING_HINT;
}

function ending({ result }: Run): string {
  if (result === null) return 'The program has ended.';
  const note = noteOn(result);
  return `The program has ended: ${inWords(outcomeOf(result))}.${note === null ? '' : ` ${note}`}`;
}

function isGoing(room: Room, { jobId }: Run): boolean {
  return room.runs.all.get().some((run) => run.jobId === jobId && run.state !== 'finished');
}

const REPORT_AFTER_MS = 120;

/**
 * The page that started the program gives the terminal the size of its panel; all others show it as large as it is. After the end only the height follows the panel, since lines that were broken stay so.
 */
function useSize(
  room: Room, run: Run, leads: boolean,
  host: React.RefObject<HTMLDivElement | null>, screen: React.RefObject<TerminalScreen | null>,
) {
  const { jobId, terminal } = run;
  const finished = run.state === 'finished';
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let reported = terminal;
    const report = (size: TerminalSize) => {
      if (reported?.columns === size.columns && reported.rows === size.rows) return;
      reported = size;
      // The program may have ended meanwhile; its size matters to nobody then.
      room.runs.resize(jobId, size).catch((error: unknown) => isGoing(room, run) && console.warn('The terminal was not resized.', error));
    };
    const follow = () => {
      const size = screen.current?.fittingSize() ?? null;
      if (size === null) return;
      if (leads) {
        screen.current!.resize(size);
        clearTimeout(timer);
        timer = setTimeout(() => report(size), REPORT_AFTER_MS);
      } else if (finished) {
        screen.current!.resize({ columns: terminal?.columns ?? size.columns, rows: size.rows });
      } else if (terminal !== null) {
        screen.current!.resize(terminal);
      }
    };
    const observer = new ResizeObserver(follow);
    observer.observe(host.current!.parentElement!);
    follow();
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
    // Its own reports come back as `terminal`; what leads does not follow.
  }, [room, jobId, leads, finished, leads ? null : terminal]);
}
