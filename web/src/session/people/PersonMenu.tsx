import { ActionIcon, Menu, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCrown, IconDots, IconUserMinus } from '@tabler/icons-react';
import { messageOf } from '../../api/problem';
import { removeParticipant, transferSession } from '../../api/sessions';
import type { Participant } from '../../api/types';
import { dialogs } from '../../app/dialogs';
import type { Room } from '../room';

interface Props {
  room: Room;
  participant: Participant;
  mayHandOver: boolean;
}

/** What is done to somebody once, and asked about first. */
export function PersonMenu({ room, participant: { user }, mayHandOver }: Props) {
  const attempt = async (action: () => Promise<void>, failure: string) => {
    try {
      await action();
    } catch (error) {
      notifications.show({ color: 'red', title: failure, message: messageOf(error) });
    }
  };
  const remove = () => attempt(async () => {
    await removeParticipant(room.id, user.id);
    room.drop(user.id);
  }, `${user.username} was not removed`);
  const handOver = () => attempt(
    async () => room.accept(await transferSession(room.id, user.id)),
    'The session was not handed over');

  const confirmRemoval = () => dialogs.confirm({
    title: `Remove ${user.username}?`,
    children: (
      <Text size="sm">
        They lose access at once. Their edits and messages stay. Whoever still has the invite link can come back with it: make a new one
        under Share.
      </Text>
    ),
    labels: { confirm: 'Remove', cancel: 'Cancel' },
    confirmProps: { color: 'red' },
    onConfirm: () => void remove(),
  });
  const confirmHandOver = () => dialogs.confirm({
    title: `Make ${user.username} the owner?`,
    children: (
      <Text size="sm">
        {user.username} can then delete the session and hand it on. You become an admin, and only {user.username} can give it back to you.
      </Text>
    ),
    labels: { confirm: 'Hand over', cancel: 'Cancel' },
    onConfirm: () => void handOver(),
  });

  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={`More for ${user.username}`}><IconDots size={16} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {mayHandOver && <Menu.Item leftSection={<IconCrown size={15} />} onClick={confirmHandOver}>Make owner…</Menu.Item>}
        <Menu.Item color="var(--mantine-color-error)" leftSection={<IconUserMinus size={15} />} onClick={confirmRemoval}>Remove from session…</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
