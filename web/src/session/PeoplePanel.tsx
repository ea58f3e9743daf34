import { ActionIcon, Button, Group, Menu, NativeSelect, Text, TextInput } from '@mantine/core';
import { dialogs } from '../app/dialogs';
import { notifications } from '@mantine/notifications';
import { IconDots, IconUserMinus } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { messageOf } from '../api/problem';
import { removeParticipant, setRole } from '../api/sessions';
import { canManage, type Participant, type Role } from '../api/types';
import { PersonAvatar } from '../app/PersonAvatar';
import { useStore } from '../lib/store';
import type { Room } from './room';
import classes from './PeoplePanel.module.css';

const roles = [
  { value: 'viewer', label: 'Viewer' },
  { value: 'editor', label: 'Editor' },
  { value: 'admin', label: 'Admin' },
] as const;

const roleNames: Record<Role, string> = { viewer: 'Viewer', editor: 'Editor', admin: 'Admin', owner: 'Owner' };

export default function PeoplePanel({ room }: { room: Room }) {
  const participants = useStore(room.participants);
  const mine = useStore(room.session).role;
  const sorted = [...participants].sort((a, b) =>
    Number(b.isOnline) - Number(a.isOnline) || a.user.username.localeCompare(b.user.username));
  return (
    <section className={classes.panel} aria-label="People">
      <ul className={classes.list} aria-label="Participants">
        {sorted.map((p) => <PersonRow key={p.user.id} room={room} participant={p} mine={mine} />)}
      </ul>
      {canManage(mine) && <AddPerson room={room} />}
    </section>
  );
}

function PersonRow({ room, participant, mine }: { room: Room; participant: Participant; mine: Role | null }) {
  const { user, role, isOnline } = participant;
  const isMe = user.id === room.me.id;
  const manageable = canManage(mine) && !isMe && role !== 'owner';

  const change = async (next: Role) => {
    try {
      const changed = await setRole(room.id, user.id, next);
      room.upsert({ ...participant, role: changed.role });
    } catch (error) {
      notifications.show({ color: 'red', title: 'The role was not changed', message: messageOf(error) });
    }
  };

  return (
    <li className={classes.row} data-online={isOnline}>
      <PersonAvatar user={user} size={30} online={isOnline} tooltip={false} />
      <div className={classes.name}>
        <Text size="sm" fw={550} truncate>{user.username}{isMe && <span className={classes.me}> (you)</span>}</Text>
        <Text size="xs" c="dimmed">{isOnline ? 'Online' : 'Offline'}</Text>
      </div>
      {manageable ? (
        <>
          <NativeSelect
            size="xs"
            w={88}
            aria-label={`Role of ${user.username}`}
            data={[...roles]}
            value={role}
            onChange={(event) => void change(event.currentTarget.value as Role)}
          />
          <RemoveMenu room={room} participant={participant} />
        </>
      ) : (
        <Text size="xs" c="dimmed" className={classes.role}>{roleNames[role]}</Text>
      )}
    </li>
  );
}

function RemoveMenu({ room, participant: { user } }: { room: Room; participant: Participant }) {
  const remove = async () => {
    try {
      await removeParticipant(room.id, user.id);
      room.drop(user.id);
    } catch (error) {
      notifications.show({ color: 'red', title: `${user.username} was not removed`, message: messageOf(error) });
    }
  };
  const confirm = () => dialogs.confirm({
    title: `Remove ${user.username}?`,
    children: <Text size="sm">They lose access at once. Their edits and messages stay. Whoever still has the invite link can come back with it: make a new one under Share.</Text>,
    labels: { confirm: 'Remove', cancel: 'Cancel' },
    confirmProps: { color: 'red' },
    onConfirm: () => void remove(),
  });
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={`More for ${user.username}`}><IconDots size={16} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item color="red" leftSection={<IconUserMinus size={15} />} onClick={confirm}>Remove from session…</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function AddPerson({ room }: { room: Room }) {
  const [name, setName] = useState('');
  const [role, setRoleValue] = useState<Role>('editor');
  const [error, setError] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);

  const add = async (event: FormEvent) => {
    event.preventDefault();
    const username = name.trim().replace(/^@/, '');
    if (username === '') return setError('Enter a username.');
    setAdding(true);
    setError(null);
    try {
      const participant = await setRole(room.id, `@${username}`, role);
      room.upsert({ ...participant, isOnline: participant.isOnline ?? false });
      setName('');
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setAdding(false);
    }
  };

  return (
    <form className={classes.add} onSubmit={(event) => void add(event)}>
      <TextInput
        label="Add by username"
        size="xs"
        placeholder="username"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={name}
        error={error}
        onChange={(event) => {
          setName(event.currentTarget.value);
          setError(null);
        }}
      />
      <Group gap="xs" mt={8} wrap="nowrap">
        <NativeSelect
          size="xs"
          flex={1}
          aria-label="Role of the new participant"
          data={[...roles]}
          value={role}
          onChange={(event) => setRoleValue(event.currentTarget.value as Role)}
        />
        <Button size="xs" variant="default" type="submit" loading={adding}>Add</Button>
      </Group>
    </form>
  );
}
