import { Button, Center, EmptyState, Group, Loader } from '@mantine/core';
import { IconCloudOff, IconMoodEmpty } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { Link } from 'wouter';

interface Props {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  actions?: ReactNode;
}

/** A page that says one thing, in words, and what can be done about it. */
export function StatusPage({ icon, title, children, actions }: Props) {
  return (
    <Center mih="100dvh" p="lg" component="main">
      <EmptyState icon={icon} size="lg" maw={440} withIndicatorBackground>
        <EmptyState.Title order={1}>{title}</EmptyState.Title>
        <EmptyState.Description>{children}</EmptyState.Description>
        {actions !== undefined && <EmptyState.Actions><Group justify="center">{actions}</Group></EmptyState.Actions>}
      </EmptyState>
    </Center>
  );
}

export function HomeButton({ label = 'Your sessions' }: { label?: string }) {
  return <Button component={Link} href="/" variant="default">{label}</Button>;
}

export function NotFoundPage() {
  return (
    <StatusPage icon={<IconMoodEmpty />} title="Nothing here" actions={<HomeButton />}>
      There is no page at this address.
    </StatusPage>
  );
}

export function UnreachablePage() {
  return (
    <StatusPage icon={<IconCloudOff />} title="The server does not answer">
      <span role="status">It may be restarting. This page tries again by itself.</span>
    </StatusPage>
  );
}

/** Waits a moment before it shows, so that what loads fast does not flicker. */
export function PageLoader() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 250);
    return () => clearTimeout(timer);
  }, []);
  return <Center mih="100dvh" aria-busy="true">{late && <Loader type="dots" aria-label="Loading" />}</Center>;
}
