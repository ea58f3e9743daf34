import { ActionIcon, Tooltip, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload, IconFile } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { downloadOutputFile } from '../api/executions';
import { messageOf } from '../api/problem';
import type { OutputFile, RunResult } from '../api/types';
import { Dialog } from '../app/Dialog';
import { save } from '../lib/download';
import { bytes, plural } from '../lib/format';
import { imageTypeOf } from './imageType';
import classes from './OutputFiles.module.css';

/** The files that a run wrote. */
export default function OutputFiles({ result }: { result: RunResult }) {
  // Pictures are what one looks for.
  const files = [...result.outputFiles ?? []].sort((a, b) => Number(isPicture(b)) - Number(isPicture(a)));
  const omitted = result.outputFilesOmitted ?? 0;
  return (
    <section className={classes.files} aria-label="Files that the program wrote">
      <ul className={classes.list}>
        {files.map((file) => <li key={file.path}><File jobId={result.jobId} file={file} /></li>)}
      </ul>
      {omitted > 0 && (
        <p className={classes.note}>
          {plural(omitted, 'more file', 'more files')} of the program {omitted === 1 ? 'was' : 'were'} not kept: too many, too large, or no ordinary file.
        </p>
      )}
    </section>
  );
}

function isPicture(file: OutputFile): boolean {
  return imageTypeOf(file.path) !== null && file.size > 0;
}

function File({ jobId, file }: { jobId: string; file: OutputFile }) {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const type = imageTypeOf(file.path);
  const download = async () => {
    try {
      save(name, await downloadOutputFile(jobId, file.path, 'application/octet-stream'));
    } catch (error) {
      notifications.show({ color: 'red', title: `${file.path} was not downloaded`, message: messageOf(error) });
    }
  };
  return (
    <figure className={classes.file}>
      <figcaption className={classes.caption}>
        <IconFile size={15} aria-hidden="true" />
        <span className={classes.path}>{file.path}</span>
        <span className={classes.size}>{bytes(file.size)}</span>
        <Tooltip label="Download">
          <ActionIcon aria-label={`Download ${file.path}`} size={24} onClick={() => void download()}><IconDownload size={15} /></ActionIcon>
        </Tooltip>
      </figcaption>
      {type !== null && isPicture(file) && <Picture jobId={jobId} file={file} type={type} />}
    </figure>
  );
}

/** As an image and nothing else: whatever the file holds, no script of it runs. */
function Picture({ jobId, file, type }: { jobId: string; file: OutputFile; type: string }) {
  const [url, setUrl] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [large, setLarge] = useState(false);

  useEffect(() => {
    let gone = false;
    let made: string | null = null;
    downloadOutputFile(jobId, file.path, type).then(
      (content) => {
        if (!gone) setUrl((made = URL.createObjectURL(content)));
      },
      (error: unknown) => !gone && setProblem(messageOf(error)),
    );
    return () => {
      gone = true;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [jobId, file.path, type]);

  if (problem !== null) return <p className={classes.note}>{problem}</p>;
  if (url === null) return <div className={classes.space} aria-busy="true" />;
  const alt = `${file.path}, written by the program`;
  return (
    <>
      <UnstyledButton className={classes.open} aria-label={`Show ${file.path} larger`} onClick={() => setLarge(true)}>
        <img className={classes.picture} src={url} alt={alt} onError={() => setProblem('This is no picture that the browser can show.')} />
      </UnstyledButton>
      {large && (
        <Dialog title={file.path} size="auto" onClose={() => setLarge(false)}>
          <img className={classes.large} src={url} alt={alt} />
        </Dialog>
      )}
    </>
  );
}
