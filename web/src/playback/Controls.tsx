import { ActionIcon, NativeSelect, Switch, Tooltip } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerSkipBack, IconPlayerSkipForward } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useStore } from '../lib/store';
import { SPEEDS, type Player } from './player';
import type { Recording } from './recording';
import { Timeline } from './Timeline';
import { duration } from './words';
import classes from './Playback.module.css';

const STEP_MS = 5000;

interface Props {
  recording: Recording;
  player: Player;
  follows: boolean;
  onFollow: (follows: boolean) => void;
}

export function Controls({ recording, player, follows, onFollow }: Props) {
  const playing = useStore(player.playing);
  const speed = useStore(player.speed);
  const skips = useStore(player.skipsPauses);
  const jump = (step: 1 | -1) => void player.seek(player.neighbour(step)?.at ?? (step > 0 ? recording.info.to : recording.info.from));
  useKeys(player, recording, jump);
  return (
    <div className={classes.controls} role="group" aria-label="Playback">
      <div className={classes.buttons}>
        <Tooltip label="Previous event (Shift+←)">
          <ActionIcon aria-label="Previous event" size={30} onClick={() => jump(-1)}><IconPlayerSkipBack size={17} /></ActionIcon>
        </Tooltip>
        <Tooltip label={playing ? 'Pause (space)' : 'Play (space)'}>
          <ActionIcon aria-label={playing ? 'Pause' : 'Play'} variant="filled" color="moss" size={34} onClick={() => player.toggle()}>
            {playing ? <IconPlayerPauseFilled size={17} /> : <IconPlayerPlayFilled size={17} />}
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Next event (Shift+→)">
          <ActionIcon aria-label="Next event" size={30} onClick={() => jump(1)}><IconPlayerSkipForward size={17} /></ActionIcon>
        </Tooltip>
      </div>
      <Time recording={recording} player={player} />
      <Timeline recording={recording} player={player} />
      <div className={classes.choices}>
        <NativeSelect
          size="xs"
          aria-label="Speed"
          value={speed}
          data={SPEEDS.map((value) => ({ value: String(value), label: `${value}×` }))}
          onChange={(event) => player.speed.set(Number(event.currentTarget.value))}
        />
        <Switch size="xs" label="Skip pauses" checked={skips} onChange={(event) => player.skipsPauses.set(event.currentTarget.checked)} />
        <Switch size="xs" label="Follow typing" checked={follows} onChange={(event) => onFollow(event.currentTarget.checked)} />
      </div>
    </div>
  );
}

function Time({ recording, player }: Pick<Props, 'recording' | 'player'>) {
  const { from, to } = recording.info;
  const time = useStore(player.time);
  const loading = useStore(player.loading);
  return (
    <div className={classes.time} data-testid="playback-time" aria-busy={loading}>
      {duration(time - from)} <span>/ {duration(to - from)}</span>
    </div>
  );
}

/** Space plays and pauses, arrows go five seconds, with Shift from event to event. */
function useKeys(player: Player, recording: Recording, jump: (step: 1 | -1) => void) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element)) return;
      // Where the keys mean something else already. In the timeline they mean this.
      const inRange = event.target.matches('input[type=range]');
      if (!inRange && event.target.closest('button, a, input, select, textarea, summary, [role=tablist], [role=menu], .cm-editor') !== null) return;
      switch (event.key) {
        case ' ':
          player.toggle();
          break;
        case 'ArrowLeft':
        case 'ArrowRight': {
          const step = event.key === 'ArrowRight' ? 1 : -1;
          if (event.shiftKey) jump(step);
          else void player.seek(player.time.get() + step * STEP_MS);
          break;
        }
        case 'Home':
          void player.seek(recording.info.from);
          break;
        case 'End':
          void player.seek(recording.info.to);
          break;
        default:
          return;
      }
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
}
