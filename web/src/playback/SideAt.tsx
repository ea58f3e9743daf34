import { UnstyledButton } from '@mantine/core';
import { memo, useEffect, useMemo, useRef } from 'react';
import type { ChatMessage } from '../api/types';
import { useStickToEnd } from '../lib/useStickToEnd';
import { Message } from '../session/ChatPanel';
import type { RecordedEvent, Recording } from './recording';
import { describe, duration } from './words';
import classes from './Playback.module.css';

/** Rows in the page; of more events those around the moment that is shown. */
const MAX_ROWS = 400;

/** What had been written. */
export const ChatAt = memo(function ChatAt({ recording, count }: { recording: Recording; count: number }) {
  const all = useMemo(() => recording.events.filter((event) => event.kind === 'message').map((event) => messageOf(event, recording)), [recording]);
  const messages = all.slice(Math.max(0, count - MAX_ROWS), count);
  const end = useStickToEnd<HTMLDivElement>(true, count);
  return (
    <div {...end} className={classes.scrolled} role="group" aria-label="Messages" tabIndex={0} data-testid="playback-chat">
      {messages.length === 0 && <p className={classes.note}>Nobody has written anything yet.</p>}
      {messages.map((message, i) => <Message key={message.id} message={message} previous={messages[i - 1]} />)}
    </div>
  );
});

function messageOf(event: RecordedEvent, recording: Recording): ChatMessage {
  return { sessionId: recording.info.sessionId, id: event.id, user: event.user, text: event.text ?? '', sentAt: new Date(event.at).toISOString() };
}

interface EventsProps {
  recording: Recording;
  /** How many have happened. */
  past: number;
  onSeek: (time: number) => void;
}

/** Everything that happened beside edits, to go to. */
export const EventsAt = memo(function EventsAt({ recording, past, onSeek }: EventsProps) {
  const { events, info, eventsCut } = recording;
  const list = useRef<HTMLUListElement>(null);
  const first = Math.max(0, Math.min(past - MAX_ROWS / 2, events.length - MAX_ROWS));
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [past]);
  return (
    <div className={classes.scrolled} role="group" aria-label="Events">
      {events.length === 0 && <p className={classes.note}>Nothing but edits.</p>}
      <ul className={classes.events} ref={list}>
        {events.slice(first, first + MAX_ROWS).map((event, i) => (
          <li key={event.id}>
            <UnstyledButton
              className={classes.event}
              data-past={first + i < past}
              aria-current={first + i === past - 1 ? 'true' : undefined}
              onClick={() => onSeek(event.at)}
            >
              <span className={classes.when}>{duration(event.at - info.from)}</span>
              <span className={classes.what}><strong>{event.user.username}</strong> {describe(event)}</span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {eventsCut && <p className={classes.note}>There were more events than can be listed here; the edits are all there.</p>}
    </div>
  );
});
