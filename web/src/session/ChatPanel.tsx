import { ActionIcon, EmptyState, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconMessage, IconSend2 } from '@tabler/icons-react';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { messageOf } from '../api/problem';
import { canChat, type ChatMessage, type Role, type UserRef } from '../api/types';
import { personColor } from '../lib/colors';
import { clockTime } from '../lib/format';
import { useStore } from '../lib/store';
import { useStickToEnd } from '../lib/useStickToEnd';
import { rolesFrom } from './people/roles';
import type { Room } from './room';
import classes from './ChatPanel.module.css';

const MAX_LENGTH = 4000;
const GROUP_MS = 5 * 60_000;

export function ChatPanel({ room }: { room: Room }) {
  const messages = useStore(room.chat.messages);
  const typing = useStore(room.chat.typing);
  const session = useStore(room.session);
  const { chatRole } = session.settings;
  const may = canChat(session) && room.visit?.kind !== 'reader';
  const end = useStickToEnd<HTMLDivElement>(true, messages);

  return (
    <section className={classes.panel} aria-label="Chat">
      <div
        {...end}
        className={classes.list}
        role="log"
        aria-label="Messages"
        tabIndex={0}
      >
        {messages.length === 0 && (
          <EmptyState m="auto" size="xs" icon={<IconMessage stroke={1.5} />} title="No messages yet" description="Everybody in the session can read what is written here." />
        )}
        {messages.map((message, i) => <Message key={message.id} message={message} previous={messages[i - 1]} />)}
      </div>
      <div className={classes.typing} aria-live="polite">{typingText(typing)}</div>
      {may ? <Composer room={room} /> : <p className={classes.silent}>{silence(room, chatRole)}</p>}
    </section>
  );
}

/** A message, under its author's name unless it follows another one of theirs. */
export function Message({ message, previous }: { message: ChatMessage; previous: ChatMessage | undefined }) {
  const continues = previous !== undefined && previous.user.id === message.user.id
    && new Date(message.sentAt).getTime() - new Date(previous.sentAt).getTime() < GROUP_MS;
  return (
    <div className={continues ? classes.more : classes.message}>
      {!continues && (
        <div className={classes.by}>
          <span className={classes.dot} style={{ background: personColor(message.user.id).color }} />
          <strong>{message.user.username}</strong>
          <time dateTime={message.sentAt}>{clockTime(message.sentAt)}</time>
        </div>
      )}
      <div className={classes.text}>{message.text}</div>
    </div>
  );
}

function Composer({ room }: { room: Room }) {
  const [text, setText] = useState('');
  const [sending, setSending] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const connected = useStore(room.hub.status) === 'connected';

  useEffect(() => {
    if (text === '') return;
    const idle = setTimeout(() => room.chat.setTyping(false), 4000);
    return () => clearTimeout(idle);
  }, [room, text]);
  useEffect(() => () => room.chat.setTyping(false), [room]);

  const send = async () => {
    const message = text.trim();
    if (message === '' || sending) return;
    setSending(true);
    try {
      await room.chat.send(message);
      setText((now) => (now.trim() === message ? '' : now));
    } catch (error) {
      // What was written stays in the field.
      notifications.show({ color: 'red', title: 'The message was not sent', message: messageOf(error) });
    } finally {
      setSending(false);
      field.current?.focus();
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.ctrlKey || event.metaKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };

  return (
    <div className={classes.composer}>
      <Textarea
        ref={field}
        aria-label="Message"
        placeholder={connected ? 'Write a message' : 'Reconnecting…'}
        autosize
        minRows={1}
        maxRows={6}
        maxLength={MAX_LENGTH}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          room.chat.setTyping(event.currentTarget.value !== '');
        }}
        onKeyDown={onKeyDown}
        flex={1}
      />
      <ActionIcon
        aria-label="Send message"
        variant={text.trim() === '' ? 'subtle' : 'filled'}
        color={text.trim() === '' ? 'gray' : undefined}
        size={34}
        loading={sending}
        onClick={() => (text.trim() === '' ? field.current?.focus() : void send())}
      >
        <IconSend2 size={17} />
      </ActionIcon>
    </div>
  );
}

/** Why one cannot write. */
function silence(room: Room, least: Role): string {
  return room.visit?.kind === 'reader' ? 'Who reads by a link cannot write here.' : `Only ${rolesFrom(least)} write here.`;
}

function typingText(typing: readonly UserRef[]): string {
  const [a, b, ...more] = typing.map((user) => user.username);
  if (a === undefined) return '';
  if (b === undefined) return `${a} is typing…`;
  return more.length === 0 ? `${a} and ${b} are typing…` : `${a}, ${b} and others are typing…`;
}
