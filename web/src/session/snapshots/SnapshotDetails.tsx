import { Button, Group, Tabs } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowBackUp, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { deleteSnapshot, restoreSnapshot } from '../../api/snapshots';
import { canEdit, canManage, type Snapshot } from '../../api/types';
import { Confirm } from '../../files/Confirm';
import { fullTime, timeAgo } from '../../lib/format';
import { useStore } from '../../lib/store';
import type { Room } from '../room';
import { SnapshotChanges } from './SnapshotChanges';
import { SnapshotFiles } from './SnapshotFiles';
import classes from './Snapshots.module.css';

interface Props {
  room: Room;
  snapshot: Snapshot;
  /** Those that were taken after it. */
  later: readonly Snapshot[];
  wide: boolean;
  onRestored: () => void;
  onDeleted: () => void;
}

type Asking = 'restore' | 'delete' | null;

const SAVE_WAIT_MS = 5000;

/** One snapshot. Give it a key for each. */
export function SnapshotDetails({ room, snapshot, later, wide, onRestored, onDeleted }: Props) {
  const { role } = useStore(room.session);
  const [asking, setAsking] = useState<Asking>(null);

  const restore = async () => {
    // What is typed here is part of the state that is kept before.
    if (!(await room.document.get().saved(SAVE_WAIT_MS))) throw new Error('Your latest edits have not reached the server yet. Try again in a moment.');
    await restoreSnapshot(room.id, snapshot.id);
    notifications.show({ title: `“${snapshot.title}” is restored`, message: 'What was there before is kept as an automatic snapshot.' });
    onRestored();
  };
  const remove = async () => {
    await deleteSnapshot(room.id, snapshot.id);
    onDeleted();
  };

  return (
    <section className={classes.details} aria-label={`Snapshot ${snapshot.title}`}>
      <div className={classes.head}>
        <div className={classes.about}>
          <h3>{snapshot.title}</h3>
          <p>
            {snapshot.isAutomatic ? 'Automatic' : `By ${snapshot.createdBy.username}`}
            {', '}<time dateTime={snapshot.createdAt} title={fullTime(snapshot.createdAt)}>{timeAgo(snapshot.createdAt)}</time>
          </p>
          {snapshot.message !== '' && <p className={classes.message}>{snapshot.message}</p>}
        </div>
        <Group gap={6} wrap="nowrap">
          {canEdit(role) && (
            <Button size="xs" variant="default" leftSection={<IconArrowBackUp size={15} />} onClick={() => setAsking('restore')}>Restore…</Button>
          )}
          {canManage(role) && (
            <Button size="xs" variant="subtle" color="red" leftSection={<IconTrash size={15} />} onClick={() => setAsking('delete')}>Delete…</Button>
          )}
        </Group>
      </div>
      {asking === 'restore' && (
        <Confirm
          question="Restore these files?" label="Restore" onConfirm={restore} onCancel={() => setAsking(null)}
        >
          Everybody in the session sees it as edits; what others type meanwhile is merged. What is there now is kept as an automatic snapshot.
        </Confirm>
      )}
      {asking === 'delete' && (
        <Confirm question="Delete this snapshot?" label="Delete" danger onConfirm={remove} onCancel={() => setAsking(null)}>
          It cannot be brought back. The files of the session stay as they are.
        </Confirm>
      )}
      <Tabs defaultValue="changes" keepMounted={false} classNames={{ root: classes.tabs, panel: classes.panel, tab: classes.tab }}>
        <Tabs.List>
          <Tabs.Tab value="changes">Changes since</Tabs.Tab>
          <Tabs.Tab value="files">Files</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="changes"><SnapshotChanges room={room} snapshot={snapshot} later={later} wide={wide} /></Tabs.Panel>
        <Tabs.Panel value="files"><SnapshotFiles room={room} snapshot={snapshot} /></Tabs.Panel>
      </Tabs>
    </section>
  );
}
