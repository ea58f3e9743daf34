import { Alert, Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { showErrors } from '../account/form';
import type { Role } from '../api/types';
import { comeAsGuest } from '../api/visits';
import type { Visit } from '../api/visit';

interface Props {
  id: string;
  invite: string | null;
  role: Role;
  onGuest: (visit: Visit) => void;
}

/** Asks for a name, which is all that a guest needs. */
export function GuestForm({ id, invite, role, onGuest }: Props) {
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm({
    initialValues: { name: '' },
    validate: { name: (value) => (value.trim() === '' ? 'Enter a name.' : null) },
  });
  const submit = form.onSubmit(async ({ name }) => {
    setFailure(null);
    try {
      const visit = await comeAsGuest(id, name.trim(), invite);
      // The address that people copy from the browser must not let others in.
      history.replaceState(history.state, '', `/s/${encodeURIComponent(id)}`);
      onGuest(visit);
    } catch (error) {
      setFailure(showErrors(error, ['name'], form.setErrors));
    }
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {failure !== null && <Alert color="red" variant="light" role="alert" p="xs">{failure}</Alert>}
        <TextInput
          label="Your name"
          description={`Others see it${role === 'viewer' ? '' : ' at your cursor and'} in the chat, marked as a guest’s.`}
          autoComplete="name"
          maxLength={32}
          autoFocus
          {...form.getInputProps('name')}
        />
        <Button type="submit" loading={form.submitting}>Come in as a guest</Button>
      </Stack>
    </form>
  );
}
