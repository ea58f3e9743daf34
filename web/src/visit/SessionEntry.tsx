import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useSearch } from 'wouter';
import { auth } from '../api';
import { forgetGuest, rememberedGuest } from '../api/visits';
import type { Visit } from '../api/visit';
import { PageLoader } from '../app/StatusPage';
import { useStore } from '../lib/store';

const DoorPage = lazy(() => import('./DoorPage'));
const ReaderPage = lazy(() => import('./ReaderPage'));
const SessionPage = lazy(() => import('../session/SessionPage'));

/** The way into a session: with an account as `children` have it, as a guest, or as a reader by the public link. */
export default function SessionEntry({ id, children }: { id: string; children: ReactNode }) {
  const { status } = useStore(auth.state);
  const params = new URLSearchParams(useSearch());
  const [token] = useState(params.get('view'));
  const [guest, setGuest] = useState<Visit | null>(() => rememberedGuest(id));

  if (status === 'loading') return <PageLoader />;
  if (token !== null) return <Suspense fallback={<PageLoader />}><ReaderPage id={id} token={token}>{children}</ReaderPage></Suspense>;
  if (status !== 'signedOut') return children;
  if (guest === null) return <Suspense fallback={<PageLoader />}><DoorPage id={id} invite={params.get('invite')} onGuest={setGuest} /></Suspense>;
  const leave = () => {
    forgetGuest(id);
    setGuest(null);
  };
  return <Suspense fallback={<PageLoader />}><SessionPage id={id} user={guest.user} visit={guest} onVisitOver={leave} /></Suspense>;
}
