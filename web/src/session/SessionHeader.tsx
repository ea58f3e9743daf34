import { ActionIcon, Avatar, Button, Group, Indicator, Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMessage, IconShare3, IconUsers } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { canEdit, canRun, type User } from '../api/types';
import { Brand } from '../app/Brand';
import { PersonAvatar } from '../app/PersonAvatar';
import { UserMenu } from '../app/UserMenu';
import { useStore } from '../lib/store';
import { LanguageSelect } from '../run/LanguageSelect';
import { RunButton } from '../run/RunButton';
import type { RunMode } from '../run/runMode';
import type { Room } from './room';
import { SaveStatus } from './SaveStatus';
import { SessionMenu } from './SessionMenu';
import type { Layout } from './layout';
import type { SideTab } from './SidePanel';
import classes from './SessionHeader.module.css';
import workspace from './Workspace.module.css';

const ShareDialog = lazy(() => import('./ShareDialog'));
const VisitorMenu = lazy(async () => ({ default: (await import('../visit/VisitorMenu')).VisitorMenu }));

interface Props {
  room: Room;
  account?: User;
  layout: Layout;
  side: SideTab | null;
  onSide: (side: SideTab | null) => void;
  mode: RunMode;
  onMode: (mode: RunMode) => void;
  onRun: () => void;
}

export function SessionHeader({ room, account, layout, side, onSide, mode, onMode, onRun }: Props) {
  const session = useStore(room.session);
  const document = useStore(room.document);
  const [sharing, share] = useDisclosure(false);
  const editable = canEdit(session.role);
  const split = layout !== 'single';
  const roomy = layout === 'roomy';
  return (
    <header className={workspace.header}>
      <Brand withName={false} />
      <h1 className={classes.title} title={session.title}>{session.title}</h1>
      <SessionMenu room={room} />
      <SaveStatus document={document} readOnly={!editable} />
      <div className={classes.space} />
      {split && <OnlineAvatars room={room} onClick={() => onSide('people')} />}
      {roomy && <LanguageSelect room={room} document={document} readOnly={!editable} />}
      {canRun(session) && <RunButton room={room} mode={mode} onMode={onMode} onRun={onRun} />}
      {account !== undefined && (roomy ? (
        <Button size="xs" variant="default" leftSection={<IconShare3 size={15} />} onClick={share.open}>Share</Button>
      ) : (
        <ActionIcon aria-label="Share" onClick={share.open} size={30} flex="none"><IconShare3 size={18} /></ActionIcon>
      ))}
      {split && <SideButtons room={room} side={side} onSide={onSide} />}
      {account !== undefined ? <UserMenu user={account} /> : <Suspense><VisitorMenu room={room} /></Suspense>}
      {sharing && <Suspense><ShareDialog room={room} onClose={share.close} /></Suspense>}
    </header>
  );
}

const SHOWN = 4;

function OnlineAvatars({ room, onClick }: { room: Room; onClick: () => void }) {
  const online = useStore(room.participants).filter((p) => p.isOnline && p.user.id !== room.me.id);
  if (online.length === 0) return null;
  const names = online.map((p) => p.user.username).join(', ');
  return (
    <UnstyledButton onClick={onClick} className={classes.people}>
      <VisuallyHidden>Also here: {names}</VisuallyHidden>
      <Avatar.Group spacing={6} aria-hidden="true">
        {online.slice(0, SHOWN).map((p) => <PersonAvatar key={p.user.id} user={p.user} size={26} />)}
        {online.length > SHOWN && <Avatar size={26} radius="xl">+{online.length - SHOWN}</Avatar>}
      </Avatar.Group>
    </UnstyledButton>
  );
}

function SideButtons({ room, side, onSide }: Pick<Props, 'room' | 'side' | 'onSide'>) {
  const unread = useStore(room.chat.unread);
  const toggle = (tab: SideTab) => onSide(side === tab ? null : tab);
  return (
    <Group gap={2} wrap="nowrap">
      <Tooltip label="Chat">
        <Indicator disabled={unread === 0} label={unread > 99 ? '99+' : unread} size={15} offset={4}>
          <ActionIcon
            size={32}
            aria-label={unread > 0 ? `Chat, ${unread} unread` : 'Chat'}
            aria-pressed={side === 'chat'}
            className={classes.toggle}
            onClick={() => toggle('chat')}
          >
            <IconMessage size={18} stroke={1.7} />
          </ActionIcon>
        </Indicator>
      </Tooltip>
      <Tooltip label="People">
        <ActionIcon size={32} aria-label="People" aria-pressed={side === 'people'} className={classes.toggle} onClick={() => toggle('people')}>
          <IconUsers size={18} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
