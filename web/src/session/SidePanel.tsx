import { Tabs } from '@mantine/core';
import { ChatPanel } from './ChatPanel';
import { PeoplePanel } from './PeoplePanel';
import type { Room } from './room';
import { useStore } from '../lib/store';
import classes from './SidePanel.module.css';

export type SideTab = 'chat' | 'people';

export function SidePanel({ room, tab, onTab }: { room: Room; tab: SideTab; onTab: (tab: SideTab) => void }) {
  const count = useStore(room.participants).length;
  return (
    <aside className={classes.side} aria-label="Chat and people">
      <Tabs value={tab} onChange={(value) => onTab(value as SideTab)} keepMounted={false} classNames={{ root: classes.tabs, panel: classes.panel, tab: classes.tab }}>
        <Tabs.List>
          <Tabs.Tab value="chat">Chat</Tabs.Tab>
          <Tabs.Tab value="people">People <span className={classes.count}>{count}</span></Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="chat"><ChatPanel room={room} /></Tabs.Panel>
        <Tabs.Panel value="people"><PeoplePanel room={room} /></Tabs.Panel>
      </Tabs>
    </aside>
  );
}
