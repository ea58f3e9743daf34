import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { showErrors } from '../account/form';
import { forkSession } from '../api/sessions';
import { Dialog } from '../app/Dialog';

const MAX_TITLE = 200;

/** Makes a copy of a session that is the caller's own, and opens it. */
export function ForkDialog({ session, onClose }: { session: { id: string; title: string }; onClose: () => void }) {
  return (
    <Dialog title="Make a copy" onClose={onClose}>
      <ForkForm session={session} onClose={onClose} />
    </Dialog>
  );
}

function ForkForm({ session, onClose }: { session: { id: string; title: string }; onClose: () => void }) {
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm({
    initialValues: { title: `Copy of ${session.title}`.slice(0, MAX_TITLE) },
    validate: { title: (value) => (value.trim() === '' ? 'Give it a title.' : null) },
  });
  const submit = form.onSubmit(async ({ title }) => {
    setFailure(null);
    try {
      const fork = await forkSession(session.id, title.trim());
      onClose();
      navigate(`/s/${fork.id}`);
    } catch (error) {
      setFailure(showErrors(error, ['title'], form.setErrors));
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {failure !== null && <Alert color="red" variant="light" role="alert" p="xs">{failure}</Alert>}
        <Text size="sm" c="dimmed">You get a session of your own with these files and settings. People, chat, snapshots and runs stay behind.</Text>
        <TextInput label="Title" data-autofocus maxLength={MAX_TITLE} {...form.getInputProps('title')} />
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button type="submit" loading={form.submitting}>Make a copy</Button>
        </Group>
      </Stack>
    </form>
  );
}
