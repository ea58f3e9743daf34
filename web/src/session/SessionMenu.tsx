import { ActionIcon, Menu, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { dialogs } from '../app/dialogs';
import { notifications } from '@mantine/notifications';
import { IconCamera, IconChevronDown, IconDoorExit, IconDownload, IconMovie, IconSettings, IconTrash } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Link, useLocation } from 'wouter';
import { messageOf } from '../api/problem';
import { deleteSession, leaveSession } from '../api/sessions';
import { canManage } from '../api/types';
import { useStore } from '../lib/store';
import { confirmDelete } from '../sessions/confirmDelete';
import type { Room } from './room';

const SettingsDialog = lazy(() => import('./SettingsDialog'));
const SnapshotsDialog = lazy(() => import('./snapshots/SnapshotsDialog'));

/** What can be done with the session as a whole. */
export function SessionMenu({ room }: { room: Room }) {
  const session = useStore(room.session);
  const [, navigate] = useLocation();
  const [editing, settings] = useDisclosure(false);
  const [looking, snapshots] = useDisclosure(false);

  const go = async (action: () => Promise<unknown>) => {
    try {
      await action();
      navigate('/');
    } catch (error) {
      notifications.show({ color: 'red', title: 'That did not work', message: messageOf(error) });
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
  const confirmLeave = () => dialogs.confirm({
    title: 'Leave this session?',
    children: <Text size="sm">To come back you need its link again, or somebody who adds you.</Text>,
    labels: { confirm: 'Leave', cancel: 'Stay' },
    onConfirm: () => void go(() => leaveSession(session.id)),
  });

  return (
    <>
      <Menu position="bottom-start" width={190}>
        <Menu.Target>
          <ActionIcon aria-label="Session menu" size={26} ml={-8}><IconChevronDown size={16} /></ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCamera size={15} />} onClick={snapshots.open}>Snapshots…</Menu.Item>
          {canManage(session.role) && (
            <Menu.Item leftSection={<IconSettings size={15} />} onClick={settings.open}>Settings…</Menu.Item>
          )}
          <Menu.Item component={Link} href={`/s/${session.id}/playback`} leftSection={<IconMovie size={15} />}>Playback</Menu.Item>
          <Menu.Item leftSection={<IconDownload size={15} />} onClick={() => void download()}>Download files</Menu.Item>
          {session.role === 'owner' ? (
            <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={() => confirmDelete(session, () => void go(() => deleteSession(session.id)))}>
              Delete…
            </Menu.Item>
          ) : (
            <Menu.Item leftSection={<IconDoorExit size={15} />} onClick={confirmLeave}>Leave…</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {looking && <Suspense><SnapshotsDialog room={room} onClose={snapshots.close} /></Suspense>}
      {editing && <Suspense><SettingsDialog room={room} onClose={settings.close} /></Suspense>}
    </>
  );
}
