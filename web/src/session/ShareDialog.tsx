import { Tabs, Title } from '@mantine/core';
import { canManage } from '../api/types';
import { Dialog } from '../app/Dialog';
import { useStore } from '../lib/store';
import { AddPerson } from './people/AddPerson';
import { PeopleList } from './people/PeopleList';
import { RoleHelp } from './people/RoleHelp';
import type { Room } from './room';
import { Invitations } from './share/Invitations';
import { PublicLink } from './share/PublicLink';
import { ShareLink } from './share/ShareLink';
import classes from './share/Share.module.css';

/** Who is in the session, and every way for others to come in. */
export default function ShareDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const manages = canManage(useStore(room.session).role);
  return (
    <Dialog onClose={onClose} title="Share this session" size={600}>
      <ShareLink room={room} />
      {manages ? <Ways room={room} /> : <People room={room} />}
    </Dialog>
  );
}

function Ways({ room }: { room: Room }) {
  return (
    <Tabs defaultValue="people" keepMounted={false} className={classes.tabs}>
      <Tabs.List>
        <Tabs.Tab value="people">People</Tabs.Tab>
        <Tabs.Tab value="invitations">Invitations</Tabs.Tab>
        <Tabs.Tab value="public">Public link</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="people" className={classes.panel}>
        <AddPerson room={room} />
        <div className={classes.people}><PeopleList room={room} /></div>
        <RoleSentences room={room} />
      </Tabs.Panel>
      <Tabs.Panel value="invitations" className={classes.panel}><Invitations room={room} /></Tabs.Panel>
      <Tabs.Panel value="public" className={classes.panel}><PublicLink room={room} /></Tabs.Panel>
    </Tabs>
  );
}

function People({ room }: { room: Room }) {
  return (
    <div className={classes.tabs}>
      <Title order={3} size="h6">People</Title>
      <div className={classes.people}><PeopleList room={room} /></div>
      <RoleSentences room={room} />
    </div>
  );
}

function RoleSentences({ room }: { room: Room }) {
  return <RoleHelp settings={useStore(room.session).settings} />;
}
