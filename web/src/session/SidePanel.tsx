import { CloseButton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useStore } from '../lib/store';
import { ChatPanel } from './ChatPanel';
import type { Room } from './room';
import classes from './SidePanel.module.css';

const PeoplePanel = lazy(() => import('./PeoplePanel'));

export type SideTab = 'chat' | 'people';

export function SidePanel({ room, tab, onClose }: { room: Room; tab: SideTab; onClose: () => void }) {
  const count = useStore(room.participants).length;
  return (
    <aside className={classes.side} aria-label={tab === 'chat' ? 'Chat' : 'People'}>
      <div className={classes.head}>
        <h2>{tab === 'chat' ? 'Chat' : <>People <span>{count}</span></>}</h2>
        <CloseButton size="sm" aria-label={tab === 'chat' ? 'Close the chat' : 'Close the list of people'} onClick={onClose} />
      </div>
      {tab === 'chat' ? <ChatPanel room={room} /> : <Suspense><PeoplePanel room={room} /></Suspense>}
    </aside>
  );
}
