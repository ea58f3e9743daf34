import { Text } from '@mantine/core';
import { dialogs } from '../app/dialogs';

export function confirmDelete(session: { title: string }, onConfirm: () => void): void {
  dialogs.confirm({
    title: `Delete “${session.title}”?`,
    children: <Text size="sm">It disappears for everybody in it, with its files, runs and chat.</Text>,
    labels: { confirm: 'Delete session', cancel: 'Keep it' },
    confirmProps: { color: 'red' },
    onConfirm,
  });
}
