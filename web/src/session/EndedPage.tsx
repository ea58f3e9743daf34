import { Button } from '@mantine/core';
import { IconDoorExit, IconLinkOff, IconTrash, IconUsersGroup } from '@tabler/icons-react';
import type { Visit } from '../api/visit';
import { HomeButton, StatusPage } from '../app/StatusPage';
import type { End } from './room';

interface Props {
  end: End;
  visit: Visit | null;
  onVisitOver?: () => void;
}

export default function EndedPage({ end, visit, onVisitOver }: Props) {
  if (visit !== null && end !== 'deleted') return <VisitOver visit={visit} removed={end === 'removed'} onVisitOver={onVisitOver} />;
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
    case 'visitOver':
    case 'removed':
      return (
        <StatusPage icon={<IconDoorExit />} title="You are not in this session any more" actions={<HomeButton />}>
          Somebody removed you, or you left it in another tab.
        </StatusPage>
      );
  }
}

function VisitOver({ visit, removed, onVisitOver }: { visit: Visit; removed: boolean; onVisitOver?: () => void }) {
  if (visit.kind === 'reader') {
    return (
      <StatusPage icon={<IconLinkOff />} title="This link opens nothing any more" actions={<HomeButton />}>
        It was revoked. Ask whoever gave it to you for another.
      </StatusPage>
    );
  }
  return (
    <StatusPage
      icon={<IconDoorExit />}
      title="You are not in this session any more"
      actions={<Button onClick={onVisitOver}>Come in again</Button>}
    >
      {removed ? 'You left, or somebody removed you.' : 'Your time as a guest is over.'} With a link to the session you can come in again.
    </StatusPage>
  );
}
