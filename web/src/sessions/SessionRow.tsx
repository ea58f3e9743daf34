import { ActionIcon, Avatar, Badge, Menu, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconCopyPlus, IconDots, IconDoorExit, IconLock, IconTrash, IconWorld } from '@tabler/icons-react';
import { Link } from 'wouter';
import { languageName, useLanguages } from '../api/languages';
import { messageOf } from '../api/problem';
import { deleteSession, leaveSession } from '../api/sessions';
import { isMember, type SessionSummary, type User } from '../api/types';
import { PersonAvatar } from '../app/PersonAvatar';
import { timeAgo } from '../lib/format';
import { confirmDelete, confirmLeave } from './confirm';
import { ForkDialog } from './ForkDialog';
import classes from './Sessions.module.css';

const SHOWN_PEOPLE = 4;

export function SessionRow({ session, user, onChanged }: { session: SessionSummary; user: User; onChanged: () => void }) {
  const languages = useLanguages();
  const people = session.participants;
  const online = people.filter((p) => p.isOnline).length;
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <div className={classes.name}>
          <Link href={`/s/${session.id}`} className={classes.link}>{session.title}</Link>
          {session.isPublic
            ? <Tooltip label="Public"><IconWorld size={14} className={classes.icon} aria-label="Public" /></Tooltip>
            : <Tooltip label="Private"><IconLock size={14} className={classes.icon} aria-label="Private" /></Tooltip>}
        </div>
        <Text size="xs" c="dimmed" truncate>
          {session.owner.id === user.id ? 'You' : session.owner.username}
          {' · '}<time dateTime={session.updatedAt}>{timeAgo(session.stats?.lastActivity ?? session.updatedAt)}</time>
          {session.description ? ` · ${session.description}` : ''}
        </Text>
      </div>
      {online > 0 && <Badge size="sm" variant="light" color="teal" className={classes.online}>{online} online</Badge>}
      <Avatar.Group spacing={6} className={classes.people}>
        {people.slice(0, SHOWN_PEOPLE).map((p) => <PersonAvatar key={p.user.id} user={p.user} size={24} />)}
        {people.length > SHOWN_PEOPLE && <Avatar size={24} radius="xl">+{people.length - SHOWN_PEOPLE}</Avatar>}
      </Avatar.Group>
      <Text size="xs" className={classes.language}>{languageName(session.language, languages)}</Text>
      <div className={classes.actions}>
        <RowMenu session={session} member={isMember(session, user)} onChanged={onChanged} />
      </div>
    </li>
  );
}

function RowMenu({ session, member, onChanged }: { session: SessionSummary; member: boolean; onChanged: () => void }) {
  const [forking, fork] = useDisclosure(false);
  const act = async (action: () => Promise<unknown>, failure: string) => {
    try {
      await action();
      onChanged();
    } catch (error) {
      notifications.show({ color: 'red', title: failure, message: messageOf(error) });
    }
  };
  const remove = () => void act(() => deleteSession(session.id), 'The session was not deleted');
  const leave = () => void act(() => leaveSession(session.id), 'You are still in the session');
  return (
    <>
      <Menu>
        <Menu.Target>
          <ActionIcon aria-label={`More for ${session.title}`}><IconDots size={17} /></ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCopyPlus size={15} />} onClick={fork.open}>Make a copy…</Menu.Item>
          {session.role === 'owner' && (
            <Menu.Item color="var(--mantine-color-error)" leftSection={<IconTrash size={15} />} onClick={() => confirmDelete(session, remove)}>Delete…</Menu.Item>
          )}
          {member && session.role !== 'owner' && (
            <Menu.Item leftSection={<IconDoorExit size={15} />} onClick={() => confirmLeave(session, leave)}>Leave…</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {forking && <ForkDialog session={session} onClose={fork.close} />}
    </>
  );
}
