import { ActionIcon, Button } from '@mantine/core';
import { IconFolderOpen, IconMovie } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { HomeButton, StatusPage } from '../app/StatusPage';
import { PlaybackView } from './PlaybackView';
import type { Recording } from './recording';
import { readRecordingFile, RecordingFileError } from './recordingFile';

/** A recording from a file of this computer: nothing of it goes to the server. */
export default function OpenRecordingPage() {
  const [recording, setRecording] = useState<Recording | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [reading, setReading] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  const read = async (file: File | undefined) => {
    if (file === undefined) return;
    setReading(true);
    setProblem(null);
    try {
      setRecording(await readRecordingFile(file));
    } catch (error) {
      setProblem(error instanceof RecordingFileError ? error.message : 'The file could not be read.');
      console.warn(error);
    } finally {
      setReading(false);
    }
  };
  const choose = () => input.current?.click();
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept=".gz,application/gzip"
        aria-label="Recording to open"
        onChange={(event) => {
          void read(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
      {recording === null ? (
        <StatusPage
          icon={<IconMovie />}
          title="Open a recording"
          actions={[<Button key="open" loading={reading} onClick={choose}>Choose a file</Button>, <HomeButton key="home" />]}
        >
          {problem === null
            ? 'A recording that was downloaded from a session (.codecrafter.jsonl.gz). It is read here, in the browser, and goes nowhere.'
            : <span role="alert">{problem}</span>}
        </StatusPage>
      ) : (
        <PlaybackView
          key={keyOf(recording)}
          recording={recording}
          actions={<ActionIcon aria-label="Open another recording" size={30} onClick={choose}><IconFolderOpen size={18} /></ActionIcon>}
        />
      )}
    </>
  );
}

const keys = new WeakMap<Recording, number>();
let nextKey = 1;

function keyOf(recording: Recording): number {
  let key = keys.get(recording);
  if (key === undefined) keys.set(recording, (key = nextKey++));
  return key;
}
