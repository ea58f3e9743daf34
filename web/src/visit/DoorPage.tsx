import { Button, Stack, Text } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconAlertTriangle, IconHourglassOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Link, Redirect, useLocation, useSearch } from 'wouter';
import { AccountLayout } from '../account/AccountLayout';
import { ApiError, UnreachableError, messageOf } from '../api/problem';
import type { SessionPreview } from '../api/types';
import { previewSession } from '../api/visits';
import type { Visit } from '../api/visit';
import { HomeButton, PageLoader, StatusPage, UnreachablePage } from '../app/StatusPage';
import { backoff } from '../lib/backoff';
import { GuestForm } from './GuestForm';
import classes from './Door.module.css';

interface Props {
  id: string;
  invite: string | null;
  onGuest: (visit: Visit) => void;
}

/** Where a link leads somebody who is not signed in: what it opens, and the ways to come in. */
export default function DoorPage({ id, invite, onGuest }: Props) {
  const [preview, setPreview] = useState<SessionPreview | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const [path] = useLocation();
  const search = useSearch();

  useEffect(() => {
    let gone = false;
    previewSession(id, invite).then(
      (found) => gone || (setPreview(found), setError(null)),
      (failure: unknown) => gone || setError(failure),
    );
    return () => {
      gone = true;
    };
  }, [id, invite, attempt]);
  useEffect(() => {
    if (!(error instanceof UnreachableError)) return;
    const timer = setTimeout(() => setAttempt((n) => n + 1), backoff(attempt));
    return () => clearTimeout(timer);
  }, [error, attempt]);

  const next = `?next=${encodeURIComponent(search === '' ? path : `${path}?${search}`)}`;
  if (error instanceof UnreachableError) return <UnreachablePage />;
  // Whatever it is, it may open with an account.
  if (error instanceof ApiError && error.status === 404) return <Redirect replace to={`/signin${next}`} />;
  if (error !== null) return <DoorError error={error} onRetry={() => setAttempt((n) => n + 1)} />;
  if (preview === null) return <PageLoader />;
  return <Door id={id} invite={invite} preview={preview} next={next} onGuest={onGuest} />;
}

function Door({ id, invite, preview, next, onGuest }: Props & { preview: SessionPreview; next: string }) {
  useDocumentTitle(`${preview.title} · CodeCrafter`);
  const account = preview.allowsGuests ? 'default' : 'filled';
  return (
    <AccountLayout title={preview.title} footer={null}>
      <Text size="sm" mb="lg" mt={-10}>{invitation(preview)}</Text>
      {preview.allowsGuests && (
        <>
          <GuestForm id={id} invite={invite} role={preview.role} onGuest={onGuest} />
          <div className={classes.or}>or with an account</div>
        </>
      )}
      <Stack gap="xs">
        <Button component={Link} href={`/signin${next}`} variant={account}>Sign in</Button>
        <Button component={Link} href={`/signup${next}`} variant="default">Create an account</Button>
      </Stack>
    </AccountLayout>
  );
}

function invitation({ owner, role, allowsGuests }: SessionPreview): string {
  const may = role === 'viewer' ? 'read along' : 'edit and run code together';
  return `${owner.username} invites you to ${may}.${allowsGuests ? '' : ' For that you need an account on this server.'}`;
}

function DoorError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error instanceof ApiError && error.status === 410) {
    return (
      <StatusPage icon={<IconHourglassOff />} title="This invitation is over" actions={<HomeButton label="Sign in" />}>
        {error.message} Ask whoever gave it to you for another. If you came in by it before, sign in.
      </StatusPage>
    );
  }
  return (
    <StatusPage icon={<IconAlertTriangle />} title="The session could not be opened" actions={[<Button key="retry" onClick={onRetry}>Try again</Button>, <HomeButton key="home" />]}>
      {messageOf(error)}
    </StatusPage>
  );
}
