import { Alert, Button, NativeSelect, NumberInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { showErrors } from '../../account/form';
import { createInvitation } from '../../api/sessions';
import type { Invitation, Role } from '../../api/types';
import { assignableRoles } from '../people/roles';
import type { Room } from '../room';
import { problemOfUses } from './invitation';
import classes from './Share.module.css';

const HOUR_MS = 3_600_000;

const lifetimes = [
  { value: '1', label: 'In an hour' },
  { value: '24', label: 'In a day' },
  { value: '168', label: 'In a week' },
  { value: '720', label: 'In 30 days' },
  { value: '', label: 'Never' },
];

export function InvitationForm({ room, onCreated }: { room: Room; onCreated: (invitation: Invitation, token: string) => void }) {
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm({
    initialValues: { role: 'editor' as Role, hours: '168', maxUses: '' as number | string },
    validate: { maxUses: problemOfUses },
  });
  const submit = form.onSubmit(async ({ role, hours, maxUses }) => {
    setFailure(null);
    try {
      const { invitation, token } = await createInvitation(room.id, {
        role,
        expiresAt: hours === '' ? undefined : new Date(Date.now() + Number(hours) * HOUR_MS).toISOString(),
        maxUses: maxUses === '' ? undefined : Number(maxUses),
      });
      onCreated(invitation, token);
    } catch (error) {
      setFailure(showErrors(error, ['maxUses'], form.setErrors));
    }
  });
  return (
    <form onSubmit={submit} noValidate aria-label="New invitation">
      {failure !== null && <Alert color="red" variant="light" role="alert" p="xs" mb="xs">{failure}</Alert>}
      <div className={classes.fields}>
        <NativeSelect size="xs" label="They come in as" data={assignableRoles()} {...form.getInputProps('role')} />
        <NativeSelect size="xs" label="It ends" data={lifetimes} {...form.getInputProps('hours')} />
        <NumberInput
          size="xs" label="Most uses" placeholder="Any number" inputMode="numeric" min={1} clampBehavior="none"
          {...form.getInputProps('maxUses')}
        />
        <Button size="xs" type="submit" loading={form.submitting}>Make a link</Button>
      </div>
    </form>
  );
}
