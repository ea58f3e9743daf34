import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCloudOff, IconHourglassOff, IconLockQuestion, IconUsersGroup } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { beginVisit } from '../api';
import { ApiError, UnreachableError, messageOf } from '../api/problem';
import { getSession, joinSession } from '../api/sessions';
import { isMember, type Session, type User, type UserRef } from '../api/types';
import type { Visit } from '../api/visit';
import { HomeButton, StatusPage } from '../app/StatusPage';
import { backoff } from '../lib/backoff';
import { Room } from './room';
import { Workspace } from './Workspace';
import { WorkspaceSkeleton } from './WorkspaceSkeleton';

interface Props {
  id: string;
  user: UserRef;
  /** Who has one comes in as a member, by joining a public session, or by the invite in the link. */
  account?: User;
  /** Of one who has none. */
  visit?: Visit;
  onVisitOver?: () => void;
}

/** Opens a session for somebody. */
export default function SessionPage({ id, user, account, visit, onVisitOver }: Props) {
  const [room, setRoom] = useState<Room | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let gone = false;
    let opened: Room | null = null;
    const endVisit = visit && beginVisit(visit);
    (visit === undefined ? enter(id, user) : getSession(id)).then(
      (session) => {
        if (gone) return;
        setError(null);
        opened = new Room(session, user, { warn }, visit);
        setRoom(opened);
      },
      (failure: unknown) => {
        if (gone) return;
        if (visit?.isOver) onVisitOver?.();
        else setError(failure);
      },
    );
    return () => {
      gone = true;
      opened?.destroy();
      endVisit?.();
    };
    // A renewed `user` object is the same person: the page has a key for another one.
  }, [id, attempt]);

  useEffect(() => {
    if (!(error instanceof UnreachableError)) return;
    const timer = setTimeout(() => setAttempt((n) => n + 1), backoff(attempt));
    return () => clearTimeout(timer);
  }, [error, attempt]);

  if (room !== null) return <Workspace room={room} account={account} onVisitOver={onVisitOver} />;
  if (error !== null) return <EntryError error={error} onRetry={() => setAttempt((n) => n + 1)} />;
  return <WorkspaceSkeleton />;
}

async function enter(id: string, user: UserRef): Promise<Session> {
  const invite = new URLSearchParams(location.search).get('invite');
  if (invite !== null) {
    // Joining again changes nothing, so it need not be known first who is in.
    const session = await joinSession(id, invite);
    // The address that people copy from the browser must not let others in.
    history.replaceState(history.state, '', `/s/${id}`);
    return session;
  }
  const session = await getSession(id);
  return isMember(session, user) ? session : joinSession(id, null);
}

function EntryError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const retry = <Button key="retry" onClick={onRetry}>Try again</Button>;
  const home = <HomeButton key="home" />;
  if (error instanceof UnreachableError) {
    return (
      <StatusPage icon={<IconCloudOff />} title="The server does not answer" actions={home}>
        <span role="status">It may be restarting. This page tries again by itself.</span>
      </StatusPage>
    );
  }
  if (error instanceof ApiError && error.status === 404) {
    return (
      <StatusPage icon={<IconLockQuestion />} title="This session cannot be opened" actions={home}>
        There is no such session, or it is private and you are not in it. Ask its owner for the invite link.
      </StatusPage>
    );
  }
  if (error instanceof ApiError && error.status === 410) {
    return (
      <StatusPage icon={<IconHourglassOff />} title="This invitation is over" actions={home}>
        {error.message} Ask whoever gave it to you for another.
      </StatusPage>
    );
  }
  if (error instanceof ApiError && (error.code === 'session_full' || error.status === 409)) {
    return (
      <StatusPage icon={<IconUsersGroup />} title="The session is full" actions={[retry, home]}>
        {error.message}
      </StatusPage>
    );
  }
  if (error instanceof ApiError && error.status === 403) {
    return (
      <StatusPage icon={<IconLockQuestion />} title="You may not open this session" actions={home}>
        {error.message}
      </StatusPage>
    );
  }
  return (
    <StatusPage icon={<IconAlertTriangle />} title="The session could not be opened" actions={[retry, home]}>
      {messageOf(error)}
    </StatusPage>
  );
}

function warn(title: string, message: string, topic?: string): void {
  if (topic !== undefined) notifications.hide(topic);
  notifications.show({ id: topic, color: 'yellow', title, message, autoClose: 10_000 });
}
