import { useStore } from '../../lib/store';
import type { Room } from '../room';
import { PersonRow } from './PersonRow';
import classes from './People.module.css';

/** Everybody in the session, those who are here first. */
export function PeopleList({ room }: { room: Room }) {
  const participants = useStore(room.participants);
  const mine = useStore(room.session).role;
  const sorted = [...participants].sort((a, b) =>
    Number(b.isOnline) - Number(a.isOnline) || a.user.username.localeCompare(b.user.username));
  return (
    <ul className={classes.list} aria-label="Participants">
      {sorted.map((participant) => <PersonRow key={participant.user.id} room={room} participant={participant} mine={mine} />)}
    </ul>
  );
}
