import type { modals } from '@mantine/modals';
import { lazy, Suspense, useEffect, type ReactNode } from 'react';
import { Store, useStore } from '../lib/store';

type Manager = typeof modals;

const wanted = new Store(false);
let started: (manager: Manager) => void;
const manager = new Promise<Manager>((resolve) => (started = resolve));

const Provider = lazy(async () => {
  const { ModalsProvider, modals: loaded } = await import('@mantine/modals');
  return { default: () => <ModalsProvider><Started manager={loaded} /></ModalsProvider> };
});

function Started({ manager: loaded }: { manager: Manager }): ReactNode {
  useEffect(() => started(loaded), [loaded]);
  return null;
}

/** Where dialogs appear. What they are made of is loaded with the first one. */
export function Dialogs() {
  return useStore(wanted) ? <Suspense><Provider /></Suspense> : null;
}

let ids = 0;

export const dialogs = {
  open(settings: Parameters<Manager['open']>[0]): string {
    const modalId = `dialog-${++ids}`;
    wanted.set(true);
    void manager.then((loaded) => loaded.open({ ...settings, modalId }));
    return modalId;
  },

  confirm(settings: Parameters<Manager['openConfirmModal']>[0]): void {
    wanted.set(true);
    void manager.then((loaded) => loaded.openConfirmModal(settings));
  },

  close(id: string): void {
    void manager.then((loaded) => loaded.close(id));
  },
};
