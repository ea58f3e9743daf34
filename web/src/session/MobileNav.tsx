import { Indicator, UnstyledButton } from '@mantine/core';
import { IconCode, IconMessage, IconTerminal2, IconUsers } from '@tabler/icons-react';
import { useStore } from '../lib/store';
import type { Room } from './room';
import classes from './MobileNav.module.css';

export type View = 'code' | 'output' | 'chat' | 'people';

const views = [
  { view: 'code', label: 'Code', Icon: IconCode },
  { view: 'output', label: 'Output', Icon: IconTerminal2 },
  { view: 'chat', label: 'Chat', Icon: IconMessage },
  { view: 'people', label: 'People', Icon: IconUsers },
] as const;

export function MobileNav({ room, view, onView }: { room: Room; view: View; onView: (view: View) => void }) {
  const unread = useStore(room.chat.unread);
  return (
    <nav className={classes.nav} aria-label="Parts of the session">
      {views.map(({ view: target, label, Icon }) => {
        const count = target === 'chat' ? unread : 0;
        return (
          <UnstyledButton
            key={target}
            className={classes.item}
            aria-current={view === target ? 'page' : undefined}
            aria-label={count > 0 ? `${label}, ${count} unread` : label}
            onClick={() => onView(target)}
          >
            <Indicator disabled={count === 0} label={count} size={15} offset={2}>
              <Icon size={20} stroke={1.7} />
            </Indicator>
            <span>{label}</span>
          </UnstyledButton>
        );
      })}
    </nav>
  );
}
