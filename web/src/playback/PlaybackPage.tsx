import { ActionIcon, Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconArrowLeft, IconDownload, IconFolderOpen, IconLockQuestion, IconMovieOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { ApiError, messageOf } from '../api/problem';
import { HomeButton, PageLoader, StatusPage } from '../app/StatusPage';
import { downloadFiles, downloadRecording } from './downloads';
import { PlaybackView } from './PlaybackView';
import { openRecording, type Recording } from './recording';

/** The life of a session, from the server. */
export default function PlaybackPage({ id }: { id: string }) {
  const [recording, setRecording] = useState<Recording | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    openRecording(id, gone.signal).then(
      (opened) => gone.signal.aborted || setRecording(opened),
      (failure: unknown) => gone.signal.aborted || setError(failure),
    );
    return () => gone.abort();
  }, [id, attempt]);

  const back = <Button key="back" component={Link} href={`/s/${id}`} variant="default">Open the session</Button>;
  if (error !== null) {
    const retry = () => {
      setError(null);
      setAttempt((n) => n + 1);
    };
    return error instanceof ApiError && error.status === 404 ? (
      <StatusPage icon={<IconLockQuestion />} title="This session cannot be replayed" actions={<HomeButton />}>
        There is no such session, or it is private and you are not in it.
      </StatusPage>
    ) : (
      <StatusPage icon={<IconAlertTriangle />} title="The recording could not be opened" actions={[<Button key="retry" onClick={retry}>Try again</Button>, back]}>
        {messageOf(error)}
      </StatusPage>
    );
  }
  if (recording === null) return <PageLoader />;
  if (recording.info.to === 0) {
    return (
      <StatusPage icon={<IconMovieOff />} title="Nothing to replay" actions={back}>Nothing has happened in this session yet.</StatusPage>
    );
  }
  return <PlaybackView recording={recording} actions={<Actions id={id} title={recording.info.title} />} />;
}

function Actions({ id, title }: { id: string; title: string }) {
  const start = (download: Promise<void>) => void download.catch((error: unknown) =>
    notifications.show({ color: 'red', title: 'The download failed', message: messageOf(error) }));
  return (
    <>
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon aria-label="Download" size={30}><IconDownload size={18} /></ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => start(downloadRecording(id, title))}>Recording, to replay anywhere</Menu.Item>
          <Menu.Item onClick={() => start(downloadFiles(id, title))}>Files as they are now (.zip)</Menu.Item>
          <Menu.Divider />
          <Menu.Item component={Link} href="/playback" leftSection={<IconFolderOpen size={15} />}>Open a recording…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ActionIcon component={Link} href={`/s/${id}`} aria-label="Back to the session" size={30}><IconArrowLeft size={18} /></ActionIcon>
    </>
  );
}
