import { ActionIcon, Alert, Badge, Button, Skeleton, Text, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCopy, IconTrash } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { messageOf } from '../../api/problem';
import { listInvitations, revokeInvitation } from '../../api/sessions';
import type { Invitation } from '../../api/types';
import { copyText } from '../../lib/clipboard';
import { timeAgo } from '../../lib/format';
import { useStore } from '../../lib/store';
import { roleNames } from '../people/roles';
import type { Room } from '../room';
import { describe } from './invitation';
import { InvitationForm } from './InvitationForm';
import { LinkField } from './LinkField';
import { inviteLink } from './links';
import classes from './Share.module.css';

/** The links of invitations made in this page: the server shows each once. */
const madeHere = new Map<string, string>();

/** Links with a role, an end and a number of uses. */
export function Invitations({ room }: { room: Room }) {
  const { invitations, error, reload } = useInvitations(room);
  const [made, setMade] = useState<string | null>(null);

  const created = (invitation: Invitation, token: string) => {
    madeHere.set(invitation.id, inviteLink(room.id, token));
    setMade(invitation.id);
    reload();
  };
  const revoke = async ({ id }: Invitation) => {
    try {
      await revokeInvitation(room.id, id);
      madeHere.delete(id);
      if (made === id) setMade(null);
      notifications.show({ message: 'The invitation lets nobody in any more. Those who came by it stay.' });
    } catch (failure) {
      notifications.show({ color: 'red', title: 'The invitation was not revoked', message: messageOf(failure) });
    }
    reload();
  };

  return (
    <>
      <InvitationForm room={room} onCreated={created} />
      {made !== null && (
        <div className={classes.made}>
          <LinkField key={made} label="Link of the new invitation" link={madeHere.get(made)!} focus="now" />
          <Text size="xs" c="dimmed" mt={6}>Copy it now: it is shown once. Whoever has lost it needs another.</Text>
        </div>
      )}
      {error !== null && (
        <Alert color="red" variant="light" role="alert" mt="sm" p="xs">
          {error} <Button size="compact-xs" variant="white" color="red" onClick={reload}>Try again</Button>
        </Alert>
      )}
      {invitations === null && error === null && <Skeleton h={44} mt="sm" aria-label="Loading the invitations" />}
      {invitations?.length === 0 && <Text size="sm" c="dimmed" mt="sm">There are no invitations. The link above lets people in as editors, for ever.</Text>}
      {invitations !== null && invitations.length > 0 && (
        <ul className={classes.list} aria-label="Invitations">
          {invitations.map((invitation) => (
            <InvitationRow key={invitation.id} invitation={invitation} onRevoke={() => void revoke(invitation)} />
          ))}
        </ul>
      )}
    </>
  );
}

function InvitationRow({ invitation, onRevoke }: { invitation: Invitation; onRevoke: () => void }) {
  const link = madeHere.get(invitation.id);
  const copy = async () => {
    const copied = await copyText(link!);
    notifications.show({ message: copied ? 'The link was copied.' : 'The browser did not allow copying.' });
  };
  const what = `invitation as ${invitation.role}, made ${timeAgo(invitation.createdAt)}`;
  return (
    <li className={classes.row} data-over={!invitation.isUsable || undefined}>
      <div className={classes.what}>
        <Text size="sm" fw={550}>
          {roleNames[invitation.role]}
          {!invitation.isUsable && <Badge size="xs" variant="light" color="gray" ml={8}>{endedWord(invitation)}</Badge>}
        </Text>
        <Text size="xs" c="dimmed">{describe(invitation)}</Text>
      </div>
      {link !== undefined && invitation.isUsable && (
        <Tooltip label="Copy the link">
          <ActionIcon aria-label={`Copy the link: ${what}`} onClick={() => void copy()}><IconCopy size={16} /></ActionIcon>
        </Tooltip>
      )}
      <Tooltip label="Revoke">
        <ActionIcon aria-label={`Revoke the ${what}`} color="red" onClick={onRevoke}><IconTrash size={16} /></ActionIcon>
      </Tooltip>
    </li>
  );
}

function endedWord({ expiresAt }: Invitation): string {
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'used up';
}

function useInvitations(room: Room) {
  const [state, setState] = useState<{ invitations: Invitation[] | null; error: string | null }>({ invitations: null, error: null });
  const [attempt, setAttempt] = useState(0);
  // Who comes in may have come by one of them.
  const count = useStore(room.participants).length;
  useEffect(() => {
    const abort = new AbortController();
    listInvitations(room.id, abort.signal).then(
      (invitations) => setState({ invitations, error: null }),
      (error: unknown) => abort.signal.aborted || setState((before) => ({ ...before, error: messageOf(error) })),
    );
    return () => abort.abort();
  }, [room, attempt, count]);
  return { ...state, reload: () => setAttempt((n) => n + 1) };
}
