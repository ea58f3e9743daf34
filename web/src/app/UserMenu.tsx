import { Menu, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconLogout, IconUser } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Link } from 'wouter';
import { auth } from '../api';
import { messageOf } from '../api/problem';
import type { User } from '../api/types';
import { PersonAvatar } from './PersonAvatar';

const SchemeControl = lazy(() => import('./SchemeControl'));

export function UserMenu({ user }: { user: User }) {
  const signOut = () => auth.logout().catch((error: unknown) =>
    notifications.show({ color: 'red', title: 'You are still signed in', message: messageOf(error) }));
  return (
    <Menu width={230}>
      <Menu.Target>
        <UnstyledButton style={{ borderRadius: '50%' }}>
          <VisuallyHidden>Account: {user.username}</VisuallyHidden>
          <span aria-hidden="true"><PersonAvatar user={user} size={28} tooltip={false} /></span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: '6px 12px 8px' }}>
          <Text size="sm" fw={600} truncate>{user.username}</Text>
          <Text size="xs" c="dimmed" truncate>{user.email}</Text>
        </div>
        <div style={{ padding: '0 8px 8px', minHeight: 38 }}><Suspense><SchemeControl /></Suspense></div>
        <Menu.Divider />
        <Menu.Item component={Link} href="/account" leftSection={<IconUser size={16} />}>Your account</Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
