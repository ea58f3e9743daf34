import { Alert, Button, Group, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { messageOf } from '../api/problem';

interface Props {
  question: string;
  /** What the button says that does it. */
  label: string;
  danger?: boolean;
  children: ReactNode;
  /** What it throws is shown, and may be tried again. */
  onConfirm: () => Promise<void>;
  onCancel: () => void;
}

/** Asks inside a dialog, where a second dialog would be one too many. */
export function Confirm({ question, label, danger = false, children, onConfirm, onCancel }: Props) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const confirm = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await onConfirm();
    } catch (error) {
      setFailure(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <Alert color={danger ? 'red' : 'moss'} variant="light" title={question} role="group" aria-label={question} m="sm" p="sm">
      <Text size="sm">{children}</Text>
      {failure !== null && <Text size="sm" c="var(--mantine-color-error)" role="alert" mt={6}>{failure}</Text>}
      <Group gap={8} mt={10}>
        <Button size="xs" color={danger ? 'red' : undefined} autoFocus loading={busy} onClick={() => void confirm()}>{label}</Button>
        <Button size="xs" variant="default" onClick={onCancel}>Cancel</Button>
      </Group>
    </Alert>
  );
}
