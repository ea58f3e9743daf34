import { Button } from '@mantine/core';
import { IconLinkOff, IconAlertTriangle } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { auth } from '../api';
import { ApiError, UnreachableError, messageOf } from '../api/problem';
import { getSession } from '../api/sessions';
import { readByLink } from '../api/visits';
import type { Visit } from '../api/visit';
import { HomeButton, PageLoader, StatusPage, UnreachablePage } from '../app/StatusPage';
import { backoff, delay } from '../lib/backoff';
import SessionPage from '../session/SessionPage';

type State = { status: 'asking' | 'member' } | { status: 'unreachable' } | { status: 'reading'; visit: Visit } | { status: 'failed'; error: unknown };

/** A session by its public link. Who can open it with their account does, and is shown `children`. */
export default function ReaderPage({ id, token, children }: { id: string; token: string; children: ReactNode }) {
  const [state, setState] = useState<State>({ status: 'asking' });
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let gone = false;
    const show = (next: State) => gone || setState(next);
    const open = async () => {
      for (let tries = 0; !gone; tries++) {
        try {
          if (await isMember(id)) return show({ status: 'member' });
          return show({ status: 'reading', visit: (await readByLink(id, token)).visit });
        } catch (error) {
          if (!(error instanceof UnreachableError)) return show({ status: 'failed', error });
          show({ status: 'unreachable' });
          await delay(backoff(tries));
        }
      }
    };
    void open();
    return () => {
      gone = true;
    };
  }, [id, token, attempt]);

  switch (state.status) {
    case 'asking':
      return <PageLoader />;
    case 'unreachable':
      return <UnreachablePage />;
    case 'member':
      return children;
    case 'reading':
      return <SessionPage id={id} user={state.visit.user} visit={state.visit} onVisitOver={() => setState({ status: 'failed', error: linkEnded })} />;
    case 'failed':
      return <LinkError error={state.error} onRetry={() => setAttempt((n) => n + 1)} />;
  }
}

const linkEnded = new ApiError(404, 'session_not_found', 'The link does not open the session any more.');

async function isMember(id: string): Promise<boolean> {
  if (auth.state.get().status !== 'signedIn') return false;
  try {
    return (await getSession(id)).role !== null;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

function LinkError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error instanceof ApiError && error.status === 404) {
    return (
      <StatusPage icon={<IconLinkOff />} title="This link opens nothing" actions={<HomeButton />}>
        It was revoked, or it is not complete. Ask whoever gave it to you for another.
      </StatusPage>
    );
  }
  return (
    <StatusPage icon={<IconAlertTriangle />} title="The session could not be opened" actions={[<Button key="retry" onClick={onRetry}>Try again</Button>, <HomeButton key="home" />]}>
      {messageOf(error)}
    </StatusPage>
  );
}
