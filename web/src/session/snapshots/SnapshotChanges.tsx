import { ActionIcon, NativeSelect, SegmentedControl, Skeleton, Tooltip } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { compareSnapshot } from '../../api/snapshots';
import type { Snapshot, SnapshotDiff } from '../../api/types';
import { Counts, DiffView, type DiffLayout } from '../../files/DiffView';
import { LoadFailure } from '../../files/LoadFailure';
import { plural, timeAgo } from '../../lib/format';
import { useLoaded } from '../../lib/useLoaded';
import type { Room } from '../room';
import classes from './Snapshots.module.css';

const NOW = 'now';

interface Props {
  room: Room;
  snapshot: Snapshot;
  later: readonly Snapshot[];
  wide: boolean;
}

/** What has changed from a snapshot until now, or until a later one. */
export function SnapshotChanges({ room, snapshot, later, wide }: Props) {
  const [to, setTo] = useState(NOW);
  const [layout, setLayout] = useLocalStorage<DiffLayout>({ key: 'codecrafter-diff', defaultValue: 'unified', getInitialValueInEffect: false });
  const { value, error, reload } = useLoaded(`${snapshot.id}/${to}`, (signal) =>
    compareSnapshot(room.id, snapshot.id, to === NOW ? null : to, signal));
  return (
    <>
      <div className={classes.tools}>
        <NativeSelect
          size="xs"
          aria-label="Compare with"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          data={[{ value: NOW, label: 'until now' }, ...later.map((s) => ({ value: s.id, label: `until “${s.title}”, ${timeAgo(s.createdAt)}` }))]}
          className={classes.compare}
        />
        <Tooltip label="Compare again">
          <ActionIcon aria-label="Compare again" size={28} onClick={reload}><IconRefresh size={15} /></ActionIcon>
        </Tooltip>
        {value !== null && <Summary diff={value} />}
        {wide && (
          <SegmentedControl
            size="xs"
            aria-label="Layout of the changes"
            value={layout}
            onChange={(next) => setLayout(next as DiffLayout)}
            data={[{ value: 'unified', label: 'Unified' }, { value: 'split', label: 'Side by side' }]}
          />
        )}
      </div>
      <div className={classes.diff} role="region" aria-label="Changes" tabIndex={0}>
        {error !== null && <LoadFailure message={error} onRetry={reload} />}
        {value === null && error === null && <Skeleton h={12} w="40%" />}
        {value?.files.length === 0 && <p className={classes.same}>Nothing has changed: all files are as they were.</p>}
        {value !== null && <DiffView files={value.files} layout={wide ? layout : 'unified'} />}
      </div>
    </>
  );
}

function Summary({ diff }: { diff: SnapshotDiff }) {
  if (diff.files.length === 0) return <span className={classes.summary} />;
  return (
    <span className={classes.summary} role="status">
      {plural(diff.files.length, 'file differs', 'files differ')} <Counts additions={diff.additions} deletions={diff.deletions} />
    </span>
  );
}
