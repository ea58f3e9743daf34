import { ActionIcon, Menu, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { dialogs } from '../app/dialogs';
import { IconChevronDown, IconPencil, IconPlayerPlayFilled, IconPlus, IconTrash, IconUpload } from '@tabler/icons-react';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import type { FileList, SessionDocument } from './document';
import { openFileDialog } from './openFileDialog';
import classes from './FileTabs.module.css';

interface Props {
  /** What is edited; without it the tabs only open files. */
  document?: SessionDocument;
  files: FileList;
  active: string | null;
  readOnly: boolean;
  onOpen: (path: string) => void;
  onUpload?: (files: File[]) => void;
  children?: ReactNode;
}

export function FileTabs({ document, files, active, readOnly, onOpen, onUpload, children }: Props) {
  const strip = useRef<HTMLDivElement>(null);
  const editable = readOnly ? undefined : document;

  useEffect(() => {
    strip.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active, files]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || active === null) return;
    const next = files.paths[(files.paths.indexOf(active) + step + files.paths.length) % files.paths.length]!;
    onOpen(next);
    requestAnimationFrame(() => strip.current?.querySelector<HTMLElement>('[aria-selected=true]')?.focus());
  };

  return (
    <div className={classes.bar}>
      <div className={classes.strip} role="tablist" aria-label="Files" ref={strip} onKeyDown={onKeyDown}>
        {files.paths.map((path) => (
          <UnstyledButton
            key={path}
            role="tab"
            aria-selected={path === active}
            tabIndex={path === active ? 0 : -1}
            className={classes.tab}
            onClick={() => onOpen(path)}
            onDoubleClick={() => editable && openFileDialog(editable, files, path, onOpen)}
          >
            {path === files.entry && <IconPlayerPlayFilled size={9} className={classes.entry} aria-label="Runs first:" />}
            <span>{path}</span>
          </UnstyledButton>
        ))}
      </div>
      {editable && active !== null && <FileMenu document={editable} files={files} path={active} onOpen={onOpen} />}
      {editable && (
        <Tooltip label="New file">
          <ActionIcon aria-label="New file" size={28} onClick={() => openFileDialog(editable, files, null, onOpen)}>
            <IconPlus size={16} />
          </ActionIcon>
        </Tooltip>
      )}
      {editable && onUpload && <UploadButton onUpload={onUpload} />}
      {children !== undefined && <div className={classes.trailing}>{children}</div>}
    </div>
  );
}

function UploadButton({ onUpload }: { onUpload: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Tooltip label="Add files from this computer, or drop them on the page">
        <ActionIcon aria-label="Upload files" size={28} onClick={() => input.current?.click()}><IconUpload size={15} /></ActionIcon>
      </Tooltip>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to add"
        onChange={(event) => {
          onUpload([...event.currentTarget.files ?? []]);
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}

function FileMenu({ document, files, path, onOpen }: { document: SessionDocument; files: FileList; path: string; onOpen: (path: string) => void }) {
  const confirmDelete = () => dialogs.confirm({
    title: `Delete ${path}?`,
    children: <Text size="sm">It is deleted for everybody in the session.</Text>,
    labels: { confirm: 'Delete file', cancel: 'Keep it' },
    confirmProps: { color: 'red' },
    onConfirm: () => document.deleteFile(path),
  });
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${path}`} size={28}><IconChevronDown size={15} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {path !== files.entry && (
          <Menu.Item leftSection={<IconPlayerPlayFilled size={13} />} onClick={() => document.setEntry(path)}>Make it the file to run</Menu.Item>
        )}
        <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => openFileDialog(document, files, path, onOpen)}>Rename…</Menu.Item>
        <Menu.Item color="var(--mantine-color-error)" leftSection={<IconTrash size={15} />} onClick={confirmDelete}>Delete…</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
