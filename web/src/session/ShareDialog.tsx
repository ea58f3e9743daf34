import { Anchor, Button, Group, Modal, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { messageOf } from '../api/problem';
import { resetInvite } from '../api/sessions';
import type { Session } from '../api/types';
import { copyText } from '../lib/clipboard';
import { useStore } from '../lib/store';
import type { Room } from './room';

export default function ShareDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const session = useStore(room.session);
  const [copied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const link = shareLink(session);

  const copy = async () => {
    if (await copyText(link)) {
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } else {
      field.current?.select();
      notifications.show({ message: 'The browser did not allow copying. The link is selected: copy it by keyboard.' });
    }
  };

  const renew = async () => {
    try {
      const inviteCode = await resetInvite(session.id);
      room.session.update((s) => ({ ...s, inviteCode }));
      notifications.show({ message: 'This is a new link. The one before lets nobody in any more.' });
    } catch (error) {
      notifications.show({ color: 'red', title: 'The link was not changed', message: messageOf(error) });
    }
  };

  return (
    <Modal opened onClose={onClose} title="Share this session">
      <Group gap="xs" wrap="nowrap">
        <TextInput
          ref={field}
          readOnly
          aria-label="Link to this session"
          value={link}
          flex={1}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button data-autofocus onClick={() => void copy()} leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />} w={110}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </Group>
      <Text size="sm" c="dimmed" mt="sm">{explanation(session)}</Text>
      {session.inviteCode && (
        <Text size="sm" c="dimmed" mt="xs">
          Shared it too widely? <Anchor component="button" size="sm" onClick={() => void renew()}>Make a new link</Anchor>, and this one lets nobody in any more.
        </Text>
      )}
    </Modal>
  );
}

function shareLink(session: Session): string {
  const address = `${location.origin}/s/${session.id}`;
  return session.inviteCode ? `${address}?invite=${encodeURIComponent(session.inviteCode)}` : address;
}

function explanation(session: Session): string {
  if (session.inviteCode) return 'Whoever has this link and an account here can join and edit. You can change roles under People.';
  if (session.isPublic) return 'The session is public: everybody with an account here can open it.';
  return 'This link works for those who are in the session. Its owner and admins have one that lets others join.';
}
