import { Button } from '@mantine/core';
import { IconDoorExit, IconTrash, IconUsersGroup } from '@tabler/icons-react';
import { HomeButton, StatusPage } from '../app/StatusPage';
import type { End } from './room';

export default function EndedPage({ end }: { end: End }) {
  switch (end) {
    case 'deleted':
      return (
        <StatusPage icon={<IconTrash />} title="This session was deleted" actions={<HomeButton />}>
          Its owner has deleted it for everybody.
        </StatusPage>
      );
    case 'full':
      return (
        <StatusPage
          icon={<IconUsersGroup />}
          title="The session is full"
          actions={[<Button key="retry" onClick={() => location.reload()}>Try again</Button>, <HomeButton key="home" />]}
        >
          As many people are in it as its settings allow.
        </StatusPage>
      );
    case 'gone':
      return (
        <StatusPage icon={<IconDoorExit />} title="This session is closed to you" actions={<HomeButton />}>
          It was deleted, or you are not in it any more.
        </StatusPage>
      );
    case 'removed':
      return (
        <StatusPage icon={<IconDoorExit />} title="You are not in this session any more" actions={<HomeButton />}>
          Somebody removed you, or you left it in another tab.
        </StatusPage>
      );
  }
}
