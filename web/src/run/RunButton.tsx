import { Button, Menu, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck, IconChevronDown, IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { messageOf } from '../api/problem';
import { useStore } from '../lib/store';
import type { Room } from '../session/room';
import classes from './RunButton.module.css';
import type { RunMode } from './runMode';
import type { Run } from './runs';

const isMac = navigator.platform.startsWith('Mac') || navigator.platform.startsWith('iP');
export const runShortcut = isMac ? '⌘ Enter' : 'Ctrl Enter';

interface Props {
  room: Room;
  mode: RunMode;
  onMode: (mode: RunMode) => void;
  onRun: () => void;
}

/** Runs the session's program; while one waits or goes on, stops it. */
export function RunButton({ room, mode, onMode, onRun }: Props) {
  const runs = useStore(room.runs.all);
  const starting = useStore(room.runs.starting);
  const active = activeRun(runs, useStore(room.runs.shown));
  const button = useRef<HTMLButtonElement>(null);
  const used = useRef(false);
  // Whoever has pressed it knows what it does; its words would come back over the chat after each run.
  const [pressed, setPressed] = useState(false);
  const going = active !== undefined;
  // The one takes the place of the other, and the focus with it: whoever pressed it may press again.
  useEffect(() => {
    if (used.current && document.activeElement === document.body) button.current?.focus({ preventScroll: true });
  }, [going]);

  if (active !== undefined) {
    const stop = () => room.runs.stop(active.jobId).catch((error: unknown) =>
      notifications.show({ color: 'red', title: 'The program was not stopped', message: messageOf(error) }));
    return (
      <Button ref={button} size="xs" color="red" variant="light" className={classes.stop} leftSection={<IconPlayerStopFilled size={14} />} onClick={() => void stop()}>
        {active.state === 'queued' ? 'Cancel' : 'Stop'}
      </Button>
    );
  }
  return (
    <Button.Group className={classes.group}>
      <Tooltip disabled={pressed} label={`${mode === 'terminal' ? 'Run in a terminal' : 'Run'} (${runShortcut})`}>
        <Button
          ref={button}
          size="xs"
          className={classes.run}
          leftSection={<IconPlayerPlayFilled size={13} />}
          loading={starting}
          onPointerLeave={() => setPressed(false)}
          onClick={() => {
            used.current = true;
            setPressed(true);
            onRun();
          }}
        >
          Run
        </Button>
      </Tooltip>
      <ModeMenu mode={mode} onMode={onMode} />
    </Button.Group>
  );
}

const modes: { mode: RunMode; label: string; description: string }[] = [
  { mode: 'plain', label: 'Plain output', description: 'Text, errors marked. Input goes in line by line.' },
  { mode: 'terminal', label: 'Terminal', description: 'For programs that read keys, draw or ask. Ctrl-C works.' },
];

function ModeMenu({ mode, onMode }: Pick<Props, 'mode' | 'onMode'>) {
  return (
    <Menu width={270}>
      <Menu.Target>
        <Button size="xs" className={classes.more} aria-label="How to run"><IconChevronDown size={14} /></Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Run with</Menu.Label>
        <Menu.RadioGroup value={mode} onChange={(value) => onMode(value as RunMode)}>
          {modes.map((one) => (
            <Menu.RadioItem key={one.mode} value={one.mode} closeMenuOnClick checkIcon={<IconCheck size={15} />}>
              {one.label}
              <span className={classes.description}>{one.description}</span>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The run that Stop is about: the one on screen, else any that goes on. */
export function activeRun(runs: readonly Run[], shown: string | null): Run | undefined {
  const going = runs.filter((run) => run.state !== 'finished');
  return going.find((run) => run.jobId === shown) ?? going.at(-1);
}
