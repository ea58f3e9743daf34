import { Menu, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDoorExit, IconHome, IconLogin, IconUserPlus } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Link } from 'wouter';
import { auth } from '../api';
import { messageOf } from '../api/problem';
import { leaveSession } from '../api/sessions';
import { PersonAvatar } from '../app/PersonAvatar';
import { useStore } from '../lib/store';
import { confirmLeave } from '../sessions/confirm';
import type { Room } from '../session/room';

const SchemeControl = lazy(() => import('../app/SchemeControl'));

/** In the place of the account's menu, for those who have none. */
export function VisitorMenu({ room }: { room: Room }) {
  const guest = room.visit?.kind === 'guest';
  const next = `?next=${encodeURIComponent(`/s/${room.id}`)}`;
  const hasAccount = useStore(auth.state).status === 'signedIn';
  // The event that one is gone ends the page.
  const leave = () => leaveSession(room.id).catch((error: unknown) =>
    notifications.show({ color: 'red', title: 'You are still in the session', message: messageOf(error) }));
  return (
    <Menu width={240}>
      <Menu.Target>
        <UnstyledButton style={{ borderRadius: '50%' }}>
          <VisuallyHidden>{guest ? `Guest: ${room.me.username}` : 'Reading by a link'}</VisuallyHidden>
          <span aria-hidden="true"><PersonAvatar user={room.me} size={28} tooltip={false} /></span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: '6px 12px 8px' }}>
          <Text size="sm" fw={600} truncate>{guest ? room.me.username : 'You are reading'}</Text>
          <Text size="xs" c="dimmed">{guest ? 'In this session only, without an account.' : 'Nobody sees you here.'}</Text>
        </div>
        <div style={{ padding: '0 8px 8px', minHeight: 38 }}><Suspense><SchemeControl /></Suspense></div>
        <Menu.Divider />
        {hasAccount ? (
          <Menu.Item component={Link} href="/" leftSection={<IconHome size={16} />}>Your sessions</Menu.Item>
        ) : (
          <>
            <Menu.Item component={Link} href={`/signin${next}`} leftSection={<IconLogin size={16} />}>Sign in</Menu.Item>
            <Menu.Item component={Link} href={`/signup${next}`} leftSection={<IconUserPlus size={16} />}>Create an account</Menu.Item>
          </>
        )}
        {guest && (
          <Menu.Item leftSection={<IconDoorExit size={16} />} onClick={() => confirmLeave(room.session.get(), () => void leave())}>Leave…</Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
