import type { modals } from '@mantine/modals';
import { lazy, Suspense, useEffect, type ReactNode } from 'react';
import { rememberFocus } from '../lib/focus';
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

/** Over other dialogs, since questions are asked from them too. */
const ABOVE = 300;

/** How many questions are open. */
export const questions = new Store(0);

function asked<T extends { onClose?: () => void }>(settings: T): T & { zIndex: number } {
  const giveBack = rememberFocus();
  let open = true;
  const onClose = () => {
    settings.onClose?.();
    if (!open) return;
    open = false;
    giveBack();
    // Not before the key that closed it has been dealt with.
    setTimeout(() => questions.update((n) => n - 1));
  };
  questions.update((n) => n + 1);
  return { zIndex: ABOVE, ...settings, onClose };
}

export const dialogs = {
  open(settings: Parameters<Manager['open']>[0]): string {
    const modalId = `dialog-${++ids}`;
    const question = asked(settings);
    wanted.set(true);
    void manager.then((loaded) => loaded.open({ ...question, modalId }));
    return modalId;
  },

  confirm(settings: Parameters<Manager['openConfirmModal']>[0]): void {
    const question = asked(settings);
    wanted.set(true);
    void manager.then((loaded) => loaded.openConfirmModal(question));
  },

  close(id: string): void {
    void manager.then((loaded) => loaded.close(id));
  },
};
