import { notificationsStore } from '@mantine/notifications';
import { lazy, Suspense, useEffect, useState } from 'react';
import classes from './Notices.module.css';

const Notifications = lazy(async () => ({ default: (await import('@mantine/notifications')).Notifications }));

/** Where notices appear. What they are made of is loaded with the first one. */
export function Notices() {
  const [wanted, setWanted] = useState(false);
  useEffect(() => notificationsStore.subscribe(() => setWanted(true)), []);
  return wanted ? <Suspense><Notifications position="top-right" classNames={classes} limit={3} autoClose={6000} /></Suspense> : null;
}
