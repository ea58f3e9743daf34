import { Button, Group, List, Stack, Text } from '@mantine/core';
import { dialogs } from '../app/dialogs';
import { notifications } from '@mantine/notifications';
import type { SessionDocument } from './document';
import { freePath, readUploads, type Upload } from './upload';

/** Adds files of this computer to the session; asks before it replaces any. */
export async function addUploads(document: SessionDocument, list: readonly File[], onDone: (path: string) => void): Promise<void> {
  const { files, problems } = await readUploads(list);
  if (problems.length > 0) {
    notifications.show({ color: 'yellow', title: 'Not added', message: problems.slice(0, 5).join(' '), autoClose: 12_000 });
  }
  if (files.length === 0) return;
  const taken = files.filter((file) => document.text(file.path) !== null);
  const add = (replace: boolean) => onDone(addAll(document, files, replace));
  if (taken.length === 0) add(false);
  else askToReplace(taken.map((file) => file.path), add);
}

function addAll(document: SessionDocument, files: readonly Upload[], replace: boolean): string {
  let last = '';
  for (const { path, text } of files) {
    if (replace && document.text(path) !== null) {
      document.replaceText(path, text);
      last = path;
    } else {
      last = freePath(path, document.files.get().paths);
      document.addFile(last, text);
    }
  }
  return last;
}

function askToReplace(paths: readonly string[], onAnswer: (replace: boolean) => void): void {
  const answer = (replace: boolean) => {
    dialogs.close(id);
    onAnswer(replace);
  };
  const id = dialogs.open({
    title: paths.length === 1 ? `Replace ${paths[0]}?` : 'Replace files?',
    children: (
      <Stack gap="sm">
        <Text size="sm">{paths.length === 1 ? 'There is a file of this name.' : 'There are files of these names:'} Everybody in the session sees the change.</Text>
        {paths.length > 1 && <List size="sm">{paths.slice(0, 10).map((path) => <List.Item key={path}>{path}</List.Item>)}</List>}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => dialogs.close(id)}>Cancel</Button>
          <Button variant="default" onClick={() => answer(false)}>Keep both</Button>
          <Button onClick={() => answer(true)}>Replace</Button>
        </Group>
      </Stack>
    ),
  });
}
