import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { messageOf } from '../../api/problem';
import { makePublicLink, removePublicLink } from '../../api/sessions';
import { useStore } from '../../lib/store';
import type { Room } from '../room';
import { LinkField } from './LinkField';
import { readLink } from './links';

/** The links made in this page: the server shows each once. */
const madeHere = new Map<string, string>();

/** The link by which anybody reads, without an account. */
export function PublicLink({ room }: { room: Room }) {
  const exists = useStore(room.session).hasPublicLink;
  const [link, setLink] = useState(madeHere.get(room.id));
  const [busy, setBusy] = useState(false);

  const attempt = async (action: () => Promise<void>, failure: string) => {
    setBusy(true);
    try {
      await action();
    } catch (error) {
      notifications.show({ color: 'red', title: failure, message: messageOf(error) });
    } finally {
      setBusy(false);
    }
  };
  const remember = (made: string | undefined) => {
    if (made === undefined) madeHere.delete(room.id);
    else madeHere.set(room.id, made);
    setLink(made);
    room.session.update((s) => ({ ...s, hasPublicLink: made !== undefined }));
  };
  const make = () => attempt(async () => remember(readLink(room.id, await makePublicLink(room.id))), 'The link was not made');
  const remove = () => attempt(async () => {
    await removePublicLink(room.id);
    remember(undefined);
    notifications.show({ message: 'The public link opens nothing any more. Those who read by it were cut off.' });
  }, 'The link was not removed');

  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        Whoever has the public link sees, without an account, what a viewer sees: the files, every edit and every run, the whole chat, and
        the names of the participants. They change nothing, write nothing, and nobody sees them.
      </Text>
      {exists && link !== undefined && <LinkField key={link} label="Public link" link={link} focus="now" />}
      {exists && link === undefined && (
        <Text size="sm">There is a public link. Its address was shown when it was made; to have it again, make a new one in its place.</Text>
      )}
      <Group gap="xs" mt="sm">
        <Button size="xs" variant={exists ? 'default' : 'filled'} loading={busy} onClick={() => void make()}>
          {exists ? 'Make a new one' : 'Make a public link'}
        </Button>
        {exists && <Button size="xs" variant="light" color="red" disabled={busy} onClick={() => void remove()}>Revoke the public link</Button>}
      </Group>
    </>
  );
}
