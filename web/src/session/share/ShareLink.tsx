import { Anchor, Switch, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { messageOf } from '../../api/problem';
import { changeSession, resetInvite } from '../../api/sessions';
import { canManage, type Session } from '../../api/types';
import { useStore } from '../../lib/store';
import type { Room } from '../room';
import { LinkField } from './LinkField';
import { inviteLink } from './links';
import classes from './Share.module.css';

/** The one link that most people need, and whether it also lets in those without an account. */
export function ShareLink({ room }: { room: Room }) {
  const session = useStore(room.session);
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
    <section aria-label="Link">
      <LinkField label="Link to this session" link={inviteLink(session.id, session.inviteCode)} focus="dialog" />
      <Text size="sm" c="dimmed" mt={8}>
        {explanation(session)}
        {session.inviteCode && (
          <> Shared too widely? <Anchor component="button" size="sm" onClick={() => void renew()}>Make a new link</Anchor>, and this one lets nobody in any more.</>
        )}
      </Text>
      {canManage(session.role) && <GuestSwitch room={room} session={session} />}
    </section>
  );
}

function GuestSwitch({ room, session }: { room: Room; session: Session }) {
  const [saving, setSaving] = useState(false);
  const change = async (allowGuests: boolean) => {
    setSaving(true);
    try {
      room.accept(await changeSession(session.id, { settings: { allowGuests } }));
    } catch (error) {
      notifications.show({ color: 'red', title: 'This was not changed', message: messageOf(error) });
    } finally {
      setSaving(false);
    }
  };
  return (
    <Switch
      className={classes.guests}
      label="Let guests in"
      description="Whoever has a link can then come in without an account, under a name that they choose."
      checked={session.settings.allowGuests}
      aria-busy={saving}
      onChange={(event) => void (saving || change(event.currentTarget.checked))}
    />
  );
}

function explanation(session: Session): string {
  if (session.inviteCode) {
    return session.settings.allowGuests
      ? 'Whoever has this link can join and edit, with or without an account.'
      : 'Whoever has this link and an account here can join and edit.';
  }
  if (session.isPublic) return 'The session is public: everybody with an account here can open it.';
  return 'This link works for those who are in the session. Its owner and admins have one that lets others join.';
}
