import { Badge, NativeSelect, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { messageOf } from '../../api/problem';
import { setRole } from '../../api/sessions';
import { canManage, isGuest, type Participant, type Role } from '../../api/types';
import { PersonAvatar } from '../../app/PersonAvatar';
import type { Room } from '../room';
import { PersonMenu } from './PersonMenu';
import { assignableRoles, roleNames } from './roles';
import classes from './People.module.css';

interface Props {
  room: Room;
  participant: Participant;
  /** The role of the one who looks. */
  mine: Role | null;
}

export function PersonRow({ room, participant, mine }: Props) {
  const { user, role, isOnline } = participant;
  const isMe = user.id === room.me.id;
  const guest = isGuest(participant);
  const manageable = canManage(mine) && !isMe && role !== 'owner';
  return (
    <li className={classes.row} data-online={isOnline}>
      <PersonAvatar user={user} size={30} online={isOnline} tooltip={false} />
      <div className={classes.name}>
        <div className={classes.who}>
          <Text size="sm" fw={550} truncate>{guest ? user.username.replace(/ \(guest\)$/, '') : user.username}</Text>
          {isMe && <span className={classes.me}>(you)</span>}
          {guest && <Badge size="xs" variant="light" color="gray">Guest</Badge>}
        </div>
        <Text size="xs" c="dimmed">{isOnline ? 'Online' : 'Offline'}</Text>
      </div>
      {manageable ? (
        <>
          <NativeSelect
            size="xs"
            w={88}
            aria-label={`Role of ${user.username}`}
            data={assignableRoles(guest)}
            value={role}
            onChange={(event) => void change(room, participant, event.currentTarget.value as Role)}
          />
          <PersonMenu room={room} participant={participant} mayHandOver={mine === 'owner' && !guest} />
        </>
      ) : (
        <Text size="xs" c="dimmed" className={classes.role}>{roleNames[role]}</Text>
      )}
    </li>
  );
}

async function change(room: Room, participant: Participant, role: Role): Promise<void> {
  try {
    const changed = await setRole(room.id, participant.user.id, role);
    room.upsert({ ...participant, role: changed.role });
  } catch (error) {
    notifications.show({ color: 'red', title: 'The role was not changed', message: messageOf(error) });
  }
}
