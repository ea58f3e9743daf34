import { canManage } from '../api/types';
import { useStore } from '../lib/store';
import { AddPerson } from './people/AddPerson';
import { PeopleList } from './people/PeopleList';
import { RoleHelp } from './people/RoleHelp';
import type { Room } from './room';
import classes from './people/People.module.css';

/** Beside the editor: who is in the session, and what admins do with them. */
export default function PeoplePanel({ room }: { room: Room }) {
  const { role, settings } = useStore(room.session);
  return (
    <section className={classes.panel} aria-label="People">
      <div className={classes.scroll}><PeopleList room={room} /></div>
      <div className={classes.foot}>
        {canManage(role) && <AddPerson room={room} />}
        <RoleHelp settings={settings} />
      </div>
    </section>
  );
}
