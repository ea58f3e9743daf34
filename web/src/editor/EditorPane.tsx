import { Button, EmptyState } from '@mantine/core';
import { IconEye, IconFilePlus } from '@tabler/icons-react';
import { lazy, Suspense, useEffect, type ReactNode } from 'react';
import { canChat } from '../api/types';
import { useStore } from '../lib/store';
import type { Room } from '../session/room';
import { EditorSkeleton } from '../session/WorkspaceSkeleton';
import type { SessionDocument } from './document';
import { FileTabs } from './FileTabs';
import { openFileDialog } from './openFileDialog';
import { languageOf } from './paths';
import { useFileDrop } from './useFileDrop';
import classes from './EditorPane.module.css';

// On its own, so that the page around it is there first. Asked for at once, not only when it is drawn.
const editor = import('./CodeEditor');
const CodeEditor = lazy(() => editor);

interface Props {
  room: Room;
  document: SessionDocument;
  readOnly: boolean;
  /** At the end of the row of tabs. */
  trailing?: ReactNode;
  onRun: () => void;
}

/** The files of the session: tabs, and the one that is open. */
export function EditorPane({ room, document, readOnly, trailing, onRun }: Props) {
  const files = useStore(document.files);
  const loading = useStore(document.save) === 'loading';
  const chosen = useStore(room.activePath);
  const active = chosen !== null && files.paths.includes(chosen) ? chosen : files.entry ?? files.paths[0] ?? null;
  const text = active === null ? null : document.text(active);

  // What is open is remembered as soon as it is, so that it follows a rename.
  useEffect(() => {
    if (active !== null) room.activePath.set(active);
  }, [room, active]);

  const open = (path: string) => room.activePath.set(path);
  const upload = (list: File[]) => void import('./addUploads').then(({ addUploads }) => addUploads(document, list, open));
  const dropping = useFileDrop(readOnly || loading ? null : upload);

  if (loading) return <EditorSkeleton />;
  return (
    <section className={classes.pane} aria-label="Files">
      <FileTabs document={document} files={files} active={active} readOnly={readOnly} onOpen={open} onUpload={upload}>
        {trailing}
      </FileTabs>
      {dropping && <div className={classes.drop}>Drop to add to the session</div>}
      {readOnly && (
        <div className={classes.banner} role="note">
          <IconEye size={15} aria-hidden="true" /> <ReadOnlyNotice room={room} />
        </div>
      )}
      {active !== null && text !== null ? (
        <Suspense fallback={<EditorSkeleton />}>
          <CodeEditor
            key={keyOf(text)}
            document={document}
            path={active}
            text={text}
            language={languageOf(active) ?? (active === files.entry && !active.includes('.') ? files.language : null)}
            readOnly={readOnly}
            onRun={onRun}
          />
        </Suspense>
      ) : (
        <EmptyState m="auto" icon={<IconFilePlus />} title="No files" description="This session has no files yet.">
          {!readOnly && (
            <EmptyState.Actions>
              <Button onClick={() => openFileDialog(document, files, null, open)}>Add a file</Button>
            </EmptyState.Actions>
          )}
        </EmptyState>
      )}
    </section>
  );
}

function ReadOnlyNotice({ room }: { room: Room }) {
  const session = useStore(room.session);
  if (room.visit?.kind === 'reader') return 'You read by a public link: you see every edit and every run, and nobody sees you.';
  return `You are a viewer: you see every edit and every run${canChat(session) ? ', and can chat' : ''}.`;
}

const keys = new WeakMap<object, number>();
let nextKey = 1;

/** A key that is the same for the same text, whatever its path is. */
function keyOf(text: object): number {
  let key = keys.get(text);
  if (key === undefined) keys.set(text, (key = nextKey++));
  return key;
}
