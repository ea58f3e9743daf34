import { Alert, Button, Group, Modal, NumberInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { showErrors } from '../account/form';
import { changeSession } from '../api/sessions';
import { useStore } from '../lib/store';
import { VisibilityFields } from '../sessions/VisibilityFields';
import type { Room } from './room';

export default function SettingsDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Session settings">
      <SettingsForm room={room} onClose={onClose} />
    </Modal>
  );
}

function SettingsForm({ room, onClose }: { room: Room; onClose: () => void }) {
  const session = useStore(room.session);
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm({
    initialValues: {
      title: session.title,
      description: session.description ?? '',
      isPublic: session.isPublic,
      publicRole: session.settings.publicRole,
      maxParticipants: session.settings.maxParticipants as number | string,
    },
    validate: {
      title: (value) => (value.trim() === '' ? 'Give it a title.' : null),
      maxParticipants: (value) => (typeof value === 'number' ? null : 'Enter a number.'),
    },
  });

  const submit = form.onSubmit(async ({ title, description, isPublic, publicRole, maxParticipants }) => {
    setFailure(null);
    try {
      room.accept(await changeSession(room.id, {
        title: title.trim(),
        description: description.trim(),
        isPublic,
        settings: { maxParticipants: Number(maxParticipants), publicRole },
      }));
      onClose();
    } catch (error) {
      setFailure(showErrors(error, ['title', 'description', 'maxParticipants'], form.setErrors));
    }
  });

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {failure !== null && <Alert color="red" variant="light" role="alert" p="xs">{failure}</Alert>}
        <TextInput label="Title" data-autofocus maxLength={200} {...form.getInputProps('title')} />
        <TextInput label="Description" maxLength={2000} {...form.getInputProps('description')} />
        <NumberInput label="Most participants" min={1} allowDecimal={false} {...form.getInputProps('maxParticipants')} />
        <VisibilityFields
          isPublic={form.values.isPublic}
          publicSwitch={form.getInputProps('isPublic', { type: 'checkbox' })}
          roleSelect={form.getInputProps('publicRole')}
        />
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button type="submit" loading={form.submitting}>Save</Button>
        </Group>
      </Stack>
    </form>
  );
}
