import { Button, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { messageOf } from '../api/problem';
import { useStore } from '../lib/store';
import type { Room } from '../session/room';
import type { Run } from './runs';

const isMac = navigator.platform.startsWith('Mac') || navigator.platform.startsWith('iP');
export const runShortcut = isMac ? '⌘ Enter' : 'Ctrl Enter';

/** Runs the session's program; while one goes on, stops it. */
export function RunButton({ room, onRun }: { room: Room; onRun: () => void }) {
  const runs = useStore(room.runs.all);
  const starting = useStore(room.runs.starting);
  const active = activeRun(runs, useStore(room.runs.shown));

  if (active !== undefined) {
    const stop = () => room.runs.stop(active.jobId).catch((error: unknown) =>
      notifications.show({ color: 'red', title: 'The program was not stopped', message: messageOf(error) }));
    return (
      <Button size="xs" color="red" variant="light" w={84} flex="none" leftSection={<IconPlayerStopFilled size={14} />} onClick={() => void stop()}>
        Stop
      </Button>
    );
  }
  return (
    <Tooltip label={runShortcut}>
      <Button size="xs" w={84} flex="none" leftSection={<IconPlayerPlayFilled size={13} />} loading={starting} onClick={onRun}>Run</Button>
    </Tooltip>
  );
}

/** The run that Stop is about: the one on screen, else any that goes on. */
export function activeRun(runs: readonly Run[], shown: string | null): Run | undefined {
  const going = runs.filter((run) => run.state !== 'finished');
  return going.find((run) => run.jobId === shown) ?? going.at(-1);
}
