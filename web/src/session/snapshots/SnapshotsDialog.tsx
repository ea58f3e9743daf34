import { Button, EmptyState, Skeleton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconArrowLeft, IconCamera } from '@tabler/icons-react';
import { useState } from 'react';
import { canEdit } from '../../api/types';
import { Dialog } from '../../app/Dialog';
import { useStore } from '../../lib/store';
import type { Room } from '../room';
import { SnapshotDetails } from './SnapshotDetails';
import { SnapshotList } from './SnapshotList';
import { TakeSnapshot } from './TakeSnapshot';
import { useSnapshots } from './useSnapshots';
import classes from './Snapshots.module.css';

/** States of the document that were kept: to look at, to compare with now, and to go back to. */
export default function SnapshotsDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const wide = useMediaQuery('(min-width: 48em)', true, { getInitialValueInEffect: false });
  return (
    <Dialog
      onClose={onClose}
      title="Snapshots"
      size="min(1240px, 96vw)"
      fullScreen={!wide}
      classNames={{ content: wide ? classes.content : classes.phone, body: classes.body }}
    >
      <Snapshots room={room} wide={wide} onClose={onClose} />
    </Dialog>
  );
}

function Snapshots({ room, wide, onClose }: { room: Room; wide: boolean; onClose: () => void }) {
  const list = useSnapshots(room.id);
  const editable = canEdit(useStore(room.session).role);
  const [chosen, setChosen] = useState<string | null>(null);
  const selected = list.snapshots?.find((s) => s.id === chosen) ?? (wide ? list.snapshots?.[0] : undefined);

  const side = (
    <div className={classes.side}>
      {editable && (
        <TakeSnapshot
          room={room}
          onTaken={(snapshot) => {
            list.add(snapshot);
            if (wide) setChosen(snapshot.id);
          }}
        />
      )}
      <SnapshotList list={list} selected={wide ? selected?.id ?? null : null} onSelect={setChosen} />
    </div>
  );
  const details = selected !== undefined && (
    <SnapshotDetails
      key={selected.id}
      room={room}
      snapshot={selected}
      later={laterThan(list.snapshots ?? [], selected.id)}
      wide={wide}
      onRestored={onClose}
      onDeleted={() => {
        list.remove(selected.id);
        setChosen(null);
      }}
    />
  );

  if (list.snapshots === null) return <Loading error={list.error} onRetry={list.retry} />;
  if (list.snapshots.length === 0) {
    return (
      <div className={classes.empty}>
        <EmptyState
          size="sm" icon={<IconCamera stroke={1.5} />} title="No snapshots yet"
          description={`A snapshot keeps all files as they are at one moment.${editable ? '' : ' Editors can take them.'}`}
        />
        {editable && <div className={classes.first}><TakeSnapshot room={room} onTaken={list.add} /></div>}
      </div>
    );
  }
  if (wide) {
    return <div className={classes.columns}>{side}{details}</div>;
  }
  if (!details) return side;
  return (
    <div className={classes.single}>
      <Button variant="subtle" color="gray" size="xs" leftSection={<IconArrowLeft size={15} />} onClick={() => setChosen(null)} className={classes.back}>
        All snapshots
      </Button>
      {details}
    </div>
  );
}

function laterThan<T extends { id: string }>(newestFirst: readonly T[], id: string): readonly T[] {
  return newestFirst.slice(0, Math.max(0, newestFirst.findIndex((s) => s.id === id)));
}

function Loading({ error, onRetry }: { error: string | null; onRetry: () => void }) {
  if (error === null) return <div className={classes.empty} aria-busy="true">{[60, 45, 52].map((w) => <Skeleton key={w} h={14} w={`${w}%`} my={10} />)}</div>;
  return (
    <div className={classes.empty}>
      <EmptyState size="sm" icon={<IconCamera stroke={1.5} />} title="The snapshots could not be loaded" description={error}>
        <EmptyState.Actions><Button size="xs" variant="default" onClick={onRetry}>Try again</Button></EmptyState.Actions>
      </EmptyState>
    </div>
  );
}
