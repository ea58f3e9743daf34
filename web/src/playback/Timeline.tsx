import { memo, useMemo } from 'react';
import { useStore } from '../lib/store';
import type { Player } from './player';
import type { RecordedEvent, Recording } from './recording';
import { describe, duration, markOf } from './words';
import classes from './Playback.module.css';

/** More marks than this cannot be told apart. */
const PLACES = 600;

/** The whole recording as a line: where it stands, and when something happened. */
export function Timeline({ recording, player }: { recording: Recording; player: Player }) {
  const { from, to } = recording.info;
  const time = useStore(player.time);
  return (
    <div className={classes.timeline}>
      <Marks recording={recording} player={player} />
      <input
        type="range"
        className={classes.range}
        aria-label="Position in the recording"
        aria-valuetext={`${duration(time - from)} of ${duration(to - from)}`}
        min={0}
        max={Math.max(1, to - from)}
        step={1}
        value={time - from}
        onChange={(event) => void player.seek(from + Number(event.currentTarget.value))}
      />
    </div>
  );
}

/** For the eye and the mouse: the list of events has all of them for the keyboard and for screen readers. */
const Marks = memo(function Marks({ recording, player }: { recording: Recording; player: Player }) {
  const marks = useMemo(() => marksOf(recording), [recording]);
  const { from } = recording.info;
  return (
    <div className={classes.marks} aria-hidden="true">
      {marks.map(({ event, place }) => (
        <span
          key={event.id}
          className={classes.mark}
          data-kind={markOf(event)}
          style={{ left: `${(place / PLACES) * 100}%` }}
          title={`${duration(event.at - from)} ${event.user.username} ${describe(event)}`.slice(0, 200)}
          onClick={() => void player.seek(event.at)}
        />
      ))}
    </div>
  );
});

/** One for each place that has some, and a run before a message before people. */
function marksOf({ info, events }: Recording): { event: RecordedEvent; place: number }[] {
  const importance = { run: 2, message: 1, person: 0 };
  const marks = new Map<number, RecordedEvent>();
  for (const event of events) {
    const place = Math.round(((event.at - info.from) / Math.max(1, info.to - info.from)) * PLACES);
    const other = marks.get(place);
    if (other === undefined || importance[markOf(event)] > importance[markOf(other)]) marks.set(place, event);
  }
  return [...marks].map(([place, event]) => ({ event, place }));
}
