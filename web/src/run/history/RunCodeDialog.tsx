import { Button, Group, Skeleton, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconPencil, IconTerminal2 } from '@tabler/icons-react';
import { useState } from 'react';
import { runResult } from '../../api/executions';
import { languageName, useLanguages } from '../../api/languages';
import { canEdit, type RunResult } from '../../api/types';
import { Dialog } from '../../app/Dialog';
import { Confirm } from '../../files/Confirm';
import { FileViewer } from '../../files/FileViewer';
import { LoadFailure } from '../../files/LoadFailure';
import { fullTime } from '../../lib/format';
import { useLoaded } from '../../lib/useLoaded';
import { useStore } from '../../lib/store';
import type { Room } from '../../session/room';
import { inWords, outcomeOf } from '../outcome';
import { bringBack, entryOf } from './bringBack';
import classes from './RunCodeDialog.module.css';

interface Props {
  room: Room;
  run: RunResult;
  onClose: () => void;
  onOutput: () => void;
}

/** The files of a run as they were. */
export default function RunCodeDialog(props: Props) {
  const wide = useMediaQuery('(min-width: 48em)', true, { getInitialValueInEffect: false });
  return (
    <Dialog
      onClose={props.onClose}
      title="The code as it ran"
      size="min(940px, 96vw)"
      fullScreen={!wide}
      classNames={{ content: wide ? classes.content : classes.phone, body: classes.body }}
    >
      <RunCode {...props} />
    </Dialog>
  );
}

function RunCode({ room, run, onClose, onOutput }: Props) {
  const languages = useLanguages();
  const editable = canEdit(useStore(room.session).role);
  const [asking, setAsking] = useState(false);
  // The history has the beginnings of long files.
  const { value, error, reload } = useLoaded(run.jobId, () =>
    run.files !== undefined && run.shortened !== true ? Promise.resolve(run) : runResult(run.jobId));
  const files = value?.files;
  const whole = files !== undefined && files.length > 0 && files.every((file) => file.truncated !== true);

  const open = async () => {
    const path = await bringBack(room, run.language, files!);
    notifications.show({ title: 'The code of the run is open', message: 'What was there before is kept as a snapshot.' });
    if (path !== null) room.activePath.set(path);
    onClose();
  };

  return (
    <>
      <div className={classes.head}>
        <Text size="sm" c="dimmed" className={classes.about}>
          {inWords(outcomeOf(run))} · {languageName(run.language, languages)}{run.version == null ? '' : ` ${run.version}`}
          {run.executedBy === undefined ? '' : ` · ${run.executedBy.username}`}
          {run.createdAt === undefined ? '' : ` · ${fullTime(run.createdAt)}`}
        </Text>
        <Group gap={6} wrap="nowrap">
          <Button size="xs" variant="default" leftSection={<IconTerminal2 size={15} />} onClick={onOutput}>Show its output</Button>
          {editable && whole && (
            <Button size="xs" variant="default" leftSection={<IconPencil size={15} />} onClick={() => setAsking(true)}>Open in the editor…</Button>
          )}
        </Group>
      </div>
      {asking && (
        <Confirm question="Open this code in the editor?" label="Open" onConfirm={open} onCancel={() => setAsking(false)}>
          Its files become what they were, for everybody in the session; files that it did not have stay. What is there now is kept as a snapshot.
        </Confirm>
      )}
      {error !== null && <LoadFailure message={error} onRetry={reload} />}
      {value === null && error === null && <Skeleton m="md" h={12} w="40%" />}
      {value !== null && <FileViewer files={files ?? []} entry={entryOf((files ?? []).map((file) => file.path), run.language, null) ?? undefined} />}
    </>
  );
}
