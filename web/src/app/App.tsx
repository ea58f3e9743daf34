import { MantineProvider } from '@mantine/core';
import { lazy, Suspense, type ReactNode } from 'react';
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter';
import { ApplyPreferences } from '../account/ApplyPreferences';
import { auth } from '../api';
import type { User } from '../api/types';
import { useStore } from '../lib/store';
import { Dialogs } from './dialogs';
import { Notices } from './Notices';
import { NotFoundPage, PageLoader, UnreachablePage } from './StatusPage';
import { theme } from './theme';

const OpenRecordingPage = lazy(() => import('../playback/OpenRecordingPage'));
const PlaybackPage = lazy(() => import('../playback/PlaybackPage'));
const SignInAgain = lazy(() => import('../account/SignInAgain'));
const SignInPage = lazy(() => import('../account/SignInPage'));
const SignUpPage = lazy(() => import('../account/SignUpPage'));
const AccountPage = lazy(() => import('../account/AccountPage'));
const SessionEntry = lazy(() => import('../visit/SessionEntry'));
const SessionsPage = lazy(() => import('../sessions/SessionsPage'));
const SessionPage = lazy(() => import('../session/SessionPage'));

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Notices />
      <Suspense fallback={<PageLoader />}>
        <Pages />
      </Suspense>
      <Dialogs />
    </MantineProvider>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/signin"><SignedOut><SignInPage /></SignedOut></Route>
      <Route path="/signup"><SignedOut><SignUpPage /></SignedOut></Route>
      <Route path="/"><SignedIn>{(user) => <SessionsPage key={user.id} user={user} />}</SignedIn></Route>
      <Route path="/playback"><OpenRecordingPage /></Route>
      <Route path="/s/:id/playback">
        {({ id }) => <SignedIn>{(user) => <PlaybackPage key={`${user.id}/${id}`} id={id} />}</SignedIn>}
      </Route>
      <Route path="/account"><SignedIn>{(user) => <AccountPage key={user.id} user={user} />}</SignedIn></Route>
      <Route path="/s/:id">
        {({ id }) => (
          <SessionEntry key={id} id={id}>
            <SignedIn>{(user) => <SessionPage key={`${user.id}/${id}`} id={id} user={user} account={user} />}</SignedIn>
          </SessionEntry>
        )}
      </Route>
      <Route><NotFoundPage /></Route>
    </Switch>
  );
}

function SignedIn({ children }: { children: (user: User) => ReactNode }) {
  const state = useStore(auth.state);
  const [path] = useLocation();
  const search = useSearch();
  switch (state.status) {
    case 'loading':
      return <PageLoader />;
    case 'unreachable':
      return <UnreachablePage />;
    case 'signedOut': {
      const here = search === '' ? path : `${path}?${search}`;
      return <Redirect replace to={here === '/' ? '/signin' : `/signin?next=${encodeURIComponent(here)}`} />;
    }
    case 'expired':
      return <>{children(state.user)}<Suspense><SignInAgain user={state.user} /></Suspense></>;
    case 'signedIn':
      return <><ApplyPreferences user={state.user} />{children(state.user)}</>;
  }
}

function SignedOut({ children }: { children: ReactNode }) {
  const state = useStore(auth.state);
  const search = useSearch();
  if (state.status === 'loading') return <PageLoader />;
  if (state.status === 'unreachable') return <UnreachablePage />;
  if (state.status === 'signedIn') return <Redirect replace to={nextPath(search)} />;
  return children;
}

/** Where to go after signing in: a path of this site only. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}
