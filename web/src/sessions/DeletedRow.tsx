import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useState } from 'react';
import { messageOf } from '../api/problem';
import { restoreSession } from '../api/sessions';
import type { SessionSummary } from '../api/types';
import { timeAgo, timeUntil } from '../lib/format';
import classes from './Sessions.module.css';

/** A session that was deleted, and how long it can still be brought back. */
export function DeletedRow({ session, onRestored }: { session: SessionSummary; onRestored: () => void }) {
  const [restoring, setRestoring] = useState(false);
  const restore = async () => {
    setRestoring(true);
    try {
      await restoreSession(session.id);
      notifications.show({ color: 'teal', message: `“${session.title}” is back, with everybody and everything in it.` });
      onRestored();
    } catch (error) {
      notifications.show({ color: 'red', title: 'The session was not restored', message: messageOf(error) });
      setRestoring(false);
    }
  };
  return (
    <li className={classes.deleted}>
      <div className={classes.what}>
        <Text fw={550} truncate>{session.title}</Text>
        <Text size="xs" c="dimmed">
          {session.deletedAt && `Deleted ${timeAgo(session.deletedAt)}`}
          {session.restorableUntil && ` · removed for good ${timeUntil(session.restorableUntil)}`}
        </Text>
      </div>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconArrowBackUp size={15} />}
        aria-label={`Restore ${session.title}`}
        loading={restoring}
        onClick={() => void restore()}
      >
        Restore
      </Button>
    </li>
  );
}
