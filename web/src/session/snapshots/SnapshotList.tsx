import { Alert, Button, UnstyledButton } from '@mantine/core';
import { IconBookmark, IconClock } from '@tabler/icons-react';
import type { Snapshot } from '../../api/types';
import { timeAgo } from '../../lib/format';
import type { useSnapshots } from './useSnapshots';
import classes from './Snapshots.module.css';

interface Props {
  list: ReturnType<typeof useSnapshots>;
  selected: string | null;
  onSelect: (id: string) => void;
}

export function SnapshotList({ list, selected, onSelect }: Props) {
  return (
    <div className={classes.scroll}>
      <ul className={classes.list} aria-label="Snapshots" aria-busy={list.loading}>
        {list.snapshots?.map((snapshot) => (
          <li key={snapshot.id}>
            <UnstyledButton
              className={classes.row} aria-current={snapshot.id === selected} data-automatic={snapshot.isAutomatic}
              onClick={() => onSelect(snapshot.id)}
            >
              <Row snapshot={snapshot} />
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {list.error !== null && <Alert color="red" variant="light" role="alert" m="xs" p="xs">{list.error}</Alert>}
      {list.hasMore && <Button variant="subtle" color="gray" size="xs" m={8} loading={list.loading} onClick={list.loadMore}>Show more</Button>}
    </div>
  );
}

function Row({ snapshot: { title, message, createdBy, createdAt, isAutomatic } }: { snapshot: Snapshot }) {
  return (
    <>
      {isAutomatic
        ? <IconClock size={15} className={classes.icon} aria-label="Automatic:" />
        : <IconBookmark size={15} className={classes.icon} aria-label="By hand:" />}
      <span className={classes.words}>
        <span className={classes.title}>{title}</span>
        <span className={classes.by}>{createdBy.username} · <time dateTime={createdAt}>{timeAgo(createdAt)}</time></span>
        {message !== '' && <span className={classes.by}>{message}</span>}
      </span>
    </>
  );
}
