import { Alert, Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconCamera } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { showErrors } from '../../account/form';
import { takeSnapshot } from '../../api/snapshots';
import type { Snapshot } from '../../api/types';
import type { Room } from '../room';
import classes from './Snapshots.module.css';

const MAX_TITLE = 200;
const MAX_MESSAGE = 2000;
const SAVE_WAIT_MS = 5000;

/** A button, and the form that it opens. */
export function TakeSnapshot({ room, onTaken }: { room: Room; onTaken: (snapshot: Snapshot) => void }) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    requestAnimationFrame(() => button.current?.focus());
  };
  if (!open) {
    return (
      <div className={classes.take}>
        <Button ref={button} data-autofocus fullWidth size="sm" leftSection={<IconCamera size={16} />} onClick={() => setOpen(true)}>Take a snapshot</Button>
      </div>
    );
  }
  return (
    <div className={classes.take}>
      <TakeForm
        room={room}
        onCancel={close}
        onTaken={(snapshot) => {
          close();
          onTaken(snapshot);
        }}
      />
    </div>
  );
}

function TakeForm({ room, onCancel, onTaken }: { room: Room; onCancel: () => void; onTaken: (snapshot: Snapshot) => void }) {
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm({ initialValues: { title: '', message: '' } });

  const submit = form.onSubmit(async ({ title, message }) => {
    setFailure(null);
    // The server keeps what it has: what is typed here has to be there first.
    if (!(await room.document.get().saved(SAVE_WAIT_MS))) {
      setFailure('Your latest edits have not reached the server yet, so a snapshot would lack them. Try again in a moment.');
      return;
    }
    try {
      onTaken(await takeSnapshot(room.id, { title: title.trim() || undefined, message: message.trim() || undefined }));
    } catch (error) {
      setFailure(showErrors(error, ['title', 'message'], form.setErrors));
    }
  });

  return (
    <form onSubmit={submit} noValidate aria-label="New snapshot">
      <Stack gap={8}>
        {failure !== null && <Alert color="red" variant="light" role="alert" p="xs">{failure}</Alert>}
        <TextInput size="xs" label="Title" placeholder="Tests pass" maxLength={MAX_TITLE} autoFocus {...form.getInputProps('title')} />
        <Textarea size="xs" label="Message" placeholder="Optional" autosize minRows={2} maxRows={5} maxLength={MAX_MESSAGE} {...form.getInputProps('message')} />
        <Group justify="flex-end" gap={8}>
          <Button size="xs" variant="default" onClick={onCancel}>Cancel</Button>
          <Button size="xs" type="submit" loading={form.submitting}>Take it</Button>
        </Group>
      </Stack>
    </form>
  );
}
