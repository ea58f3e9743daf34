import { ActionIcon, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import {
  IconArrowFork, IconCamera, IconChevronDown, IconCopyPlus, IconDoorExit, IconDownload, IconMovie, IconSettings, IconTrash,
} from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Link, useLocation } from 'wouter';
import { messageOf } from '../api/problem';
import { deleteSession, leaveSession } from '../api/sessions';
import { canManage } from '../api/types';
import { useStore } from '../lib/store';
import { confirmDelete, confirmLeave } from '../sessions/confirm';
import type { Room } from './room';

const SettingsDialog = lazy(() => import('./SettingsDialog'));
const SnapshotsDialog = lazy(() => import('./snapshots/SnapshotsDialog'));
const ForkDialog = lazy(async () => ({ default: (await import('../sessions/ForkDialog')).ForkDialog }));

/** What can be done with the session as a whole. */
export function SessionMenu({ room }: { room: Room }) {
  const session = useStore(room.session);
  // A visitor has no account to have a copy with, and leaves where their name is.
  const member = room.visit === null;
  const [, navigate] = useLocation();
  const [editing, settings] = useDisclosure(false);
  const [looking, snapshots] = useDisclosure(false);
  const [forking, fork] = useDisclosure(false);

  const go = async (action: () => Promise<unknown>, failure: string) => {
    try {
      await action();
      navigate('/');
    } catch (error) {
      notifications.show({ color: 'red', title: failure, message: messageOf(error) });
    }
  };
  const download = async () => {
    try {
      const { downloadFiles } = await import('../playback/downloads');
      await downloadFiles(session.id, session.title);
    } catch (error) {
      notifications.show({ color: 'red', title: 'The download failed', message: messageOf(error) });
    }
  };
  const remove = () => void go(() => deleteSession(session.id), 'The session was not deleted');
  const leave = () => void go(() => leaveSession(session.id), 'You are still in the session');

  return (
    <>
      <Menu position="bottom-start" width={200}>
        <Menu.Target>
          <ActionIcon aria-label="Session menu" size={26} ml={-8}><IconChevronDown size={16} /></ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCamera size={15} />} onClick={snapshots.open}>Snapshots…</Menu.Item>
          {canManage(session.role) && (
            <Menu.Item leftSection={<IconSettings size={15} />} onClick={settings.open}>Settings…</Menu.Item>
          )}
          {member && (
            <Menu.Item component={Link} href={`/s/${session.id}/playback`} leftSection={<IconMovie size={15} />}>Playback</Menu.Item>
          )}
          {member && (
            <Menu.Item leftSection={<IconDownload size={15} />} onClick={() => void download()}>Download files</Menu.Item>
          )}
          {member && (
            <Menu.Item leftSection={<IconCopyPlus size={15} />} onClick={fork.open}>Make a copy…</Menu.Item>
          )}
          {member && session.forkedFrom !== null && (
            <Menu.Item leftSection={<IconArrowFork size={15} />} component={Link} href={`/s/${session.forkedFrom}`}>Open the original</Menu.Item>
          )}
          {member && <Menu.Divider />}
          {member && session.role === 'owner' && (
            <Menu.Item color="var(--mantine-color-error)" leftSection={<IconTrash size={15} />} onClick={() => confirmDelete(session, remove)}>Delete…</Menu.Item>
          )}
          {member && session.role !== 'owner' && (
            <Menu.Item leftSection={<IconDoorExit size={15} />} onClick={() => confirmLeave(session, leave)}>Leave…</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {looking && <Suspense><SnapshotsDialog room={room} onClose={snapshots.close} /></Suspense>}
      {editing && <Suspense><SettingsDialog room={room} onClose={settings.close} /></Suspense>}
      {forking && <Suspense><ForkDialog session={session} onClose={fork.close} /></Suspense>}
    </>
  );
}
