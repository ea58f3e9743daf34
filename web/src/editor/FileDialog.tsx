import { Button, Group, Stack, TextInput } from '@mantine/core';
import { dialogs } from '../app/dialogs';
import { useState, type FormEvent } from 'react';
import type { FileList, SessionDocument } from './document';
import { pathProblem } from './paths';

/** Asks for the name of a new file, or the new name of `path`. */
export function openFileDialog(document: SessionDocument, files: FileList, path: string | null, onDone: (path: string) => void): void {
  const id = dialogs.open({
    title: path === null ? 'New file' : `Rename ${path}`,
    size: 'sm',
    children: (
      <FileForm
        path={path}
        existing={files.paths.filter((other) => other !== path)}
        onCancel={() => dialogs.close(id)}
        onSubmit={(next) => {
          dialogs.close(id);
          if (path === null) document.addFile(next);
          else if (next !== path) document.renameFile(path, next);
          onDone(next);
        }}
      />
    ),
  });
}

interface FormProps {
  path: string | null;
  existing: string[];
  onCancel: () => void;
  onSubmit: (path: string) => void;
}

function FileForm({ path, existing, onCancel, onSubmit }: FormProps) {
  const [name, setName] = useState(path ?? '');
  const [error, setError] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const next = name.trim();
    const problem = pathProblem(next, existing);
    if (problem === null) onSubmit(next);
    else setError(problem);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="File name"
          data-autofocus
          placeholder="lib/helpers.py"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          value={name}
          error={error}
          onFocus={(event) => {
            // The name without its extension, as that is what people change.
            const dot = event.currentTarget.value.lastIndexOf('.');
            event.currentTarget.setSelectionRange(0, dot > 0 ? dot : event.currentTarget.value.length);
          }}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setError(null);
          }}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>Cancel</Button>
          <Button type="submit">{path === null ? 'Add file' : 'Rename'}</Button>
        </Group>
      </Stack>
    </form>
  );
}
