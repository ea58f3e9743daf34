import { Avatar, Indicator, Tooltip } from '@mantine/core';
import type { UserRef } from '../api/types';
import { initials, personColor } from '../lib/colors';

interface Props {
  user: UserRef;
  size?: number;
  online?: boolean;
  tooltip?: boolean;
}

/** Initials on the person's colour, which is that of their cursor too. */
export function PersonAvatar({ user, size = 26, online, tooltip = true }: Props) {
  const avatar = (
    <Avatar
      size={size}
      radius="xl"
      alt={user.username}
      styles={{
        placeholder: {
          background: personColor(user.id).color, color: 'white', fontSize: Math.round(size * 0.4), fontWeight: 650, border: 0,
        },
      }}
    >
      {/* Whoever listens hears the name. */}
      <span aria-hidden="true">{initials(user.username)}</span>
    </Avatar>
  );
  const marked = online === undefined ? avatar : (
    <Indicator
      size={9}
      offset={3}
      position="bottom-end"
      withBorder
      color={online ? 'teal.6' : 'gray.5'}
      aria-label={online ? 'Online' : 'Offline'}
    >
      {avatar}
    </Indicator>
  );
  return tooltip ? <Tooltip label={user.username}>{marked}</Tooltip> : marked;
}
