import { Skeleton } from '@mantine/core';
import { getSnapshot } from '../../api/snapshots';
import type { Snapshot } from '../../api/types';
import { FileViewer } from '../../files/FileViewer';
import { LoadFailure } from '../../files/LoadFailure';
import { useLoaded } from '../../lib/useLoaded';
import type { Room } from '../room';

export function SnapshotFiles({ room, snapshot }: { room: Room; snapshot: Snapshot }) {
  const { value, error, reload } = useLoaded(snapshot.id, (signal) => getSnapshot(room.id, snapshot.id, signal));
  if (error !== null) return <LoadFailure message={error} onRetry={reload} />;
  if (value === null) return <Skeleton m="md" h={12} w="40%" />;
  return <FileViewer files={value.files} entry={value.entry} />;
}
