import { Text } from '@mantine/core';
import { dialogs } from '../app/dialogs';
import { RESTORABLE_FOR } from './restorable';

export function confirmDelete(session: { title: string }, onConfirm: () => void): void {
  dialogs.confirm({
    title: `Delete “${session.title}”?`,
    children: (
      <Text size="sm">
        It disappears for everybody in it, with its files, runs and chat. You find it under Deleted in your list and can bring it back from
        there for {RESTORABLE_FOR}. Then it is removed for good.
      </Text>
    ),
    labels: { confirm: 'Delete session', cancel: 'Keep it' },
    confirmProps: { color: 'red' },
    onConfirm,
  });
}

export function confirmLeave(session: { title: string }, onConfirm: () => void): void {
  dialogs.confirm({
    title: `Leave “${session.title}”?`,
    children: <Text size="sm">To come back you need its link again, or somebody who adds you.</Text>,
    labels: { confirm: 'Leave', cancel: 'Stay' },
    onConfirm,
  });
}
