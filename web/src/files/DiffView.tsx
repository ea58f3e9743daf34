import { VisuallyHidden } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { DiffHunk, FileDiff } from '../api/schema';
import { plural } from '../lib/format';
import { splitRows, unifiedRows, type DiffRow } from './diffRows';
import classes from './DiffView.module.css';

export type DiffLayout = 'unified' | 'split';

interface Props {
  files: readonly FileDiff[];
  layout: DiffLayout;
}

/** Files beyond so many lines are closed at first: the page draws what is looked at. */
const OPEN_LINES = 1500;

/** What differs, file by file. */
export function DiffView({ files, layout }: Props) {
  const opened = useMemo(() => {
    let lines = 0;
    return files.map((file, i) => (lines += file.additions + file.deletions) <= OPEN_LINES || i === 0);
  }, [files]);
  return files.map((file, i) => <OneFile key={file.path} file={file} layout={layout} openAtFirst={opened[i]!} />);
}

const changes: Record<FileDiff['change'], string | null> = { added: 'new file', removed: 'deleted', changed: null };

function OneFile({ file, layout, openAtFirst }: { file: FileDiff; layout: DiffLayout; openAtFirst: boolean }) {
  const [open, setOpen] = useState(openAtFirst);
  return (
    <details className={classes.file} open={open} onToggle={(event) => setOpen(event.currentTarget.open)} data-testid="file-diff">
      <summary className={classes.summary}>
        <span className={classes.path}>{file.path}</span>
        {changes[file.change] !== null && <span className={classes.change}>{changes[file.change]}</span>}
        <Counts additions={file.additions} deletions={file.deletions} />
      </summary>
      {open && <FileBody file={file} layout={layout} />}
    </details>
  );
}

export function Counts({ additions, deletions }: { additions: number; deletions: number }) {
  return (
    <span className={classes.counts}>
      <span className={classes.plus} aria-hidden="true">+{additions}</span> <span className={classes.minus} aria-hidden="true">−{deletions}</span>
      <VisuallyHidden>{plural(additions, 'line')} added, {plural(deletions, 'line')} removed</VisuallyHidden>
    </span>
  );
}

function FileBody({ file, layout }: { file: FileDiff; layout: DiffLayout }) {
  if (file.hunks.length === 0 && !file.truncated) return <p className={classes.note}>The file is empty.</p>;
  return (
    <>
      <table className={layout === 'split' ? classes.split : classes.unified}>
        <caption><VisuallyHidden>Changes in {file.path}</VisuallyHidden></caption>
        <Columns layout={layout} />
        {file.hunks.map((hunk, i) => (
          <tbody key={i}>
            {(i > 0 || Math.max(hunk.oldStart, hunk.newStart) > 1) && (
              <tr className={classes.gap}><td colSpan={4}>⋯ line {hunk.newStart}</td></tr>
            )}
            {layout === 'split' ? <SplitHunk hunk={hunk} /> : <UnifiedHunk hunk={hunk} />}
          </tbody>
        ))}
      </table>
      {file.truncated && <p className={classes.note}>There is more than can be shown. The numbers above count all of it.</p>}
    </>
  );
}

/** The widths of the columns, which the first row cannot give where it spans them all. */
function Columns({ layout }: { layout: DiffLayout }) {
  const names = layout === 'split' ? ['number', 'line', 'number', 'line'] : ['number', 'number', 'sign', 'line'];
  return <colgroup>{names.map((name, i) => <col key={i} className={classes[name]} />)}</colgroup>;
}

const signs = { context: '', added: '+', removed: '−' };
const says = { context: null, added: 'added: ', removed: 'removed: ' };

function UnifiedHunk({ hunk }: { hunk: DiffHunk }) {
  return unifiedRows(hunk).map((row, i) => (
    <tr key={i} data-kind={row.kind}>
      <td className={classes.number}>{row.before}</td>
      <td className={classes.number}>{row.after}</td>
      <td className={classes.sign} aria-hidden="true">{signs[row.kind]}</td>
      <td className={classes.line}><Line row={row} /></td>
    </tr>
  ));
}

function SplitHunk({ hunk }: { hunk: DiffHunk }) {
  return splitRows(hunk).map(({ left, right }, i) => (
    <tr key={i}>
      <Side row={left} number={left?.before} />
      <Side row={right} number={right?.after} />
    </tr>
  ));
}

function Side({ row, number }: { row: DiffRow | null; number: number | null | undefined }) {
  return (
    <>
      <td className={classes.number} data-kind={row?.kind ?? 'none'}>{number}</td>
      <td className={classes.line} data-kind={row?.kind ?? 'none'}>{row !== null && <Line row={row} />}</td>
    </>
  );
}

function Line({ row }: { row: DiffRow }) {
  return (
    <>
      {says[row.kind] !== null && <VisuallyHidden>{says[row.kind]}</VisuallyHidden>}
      {row.parts.map((part, i) => (part.changed ? <mark key={i}>{part.text}</mark> : part.text))}
      {row.noNewline && <span className={classes.end} title="The file does not end with a line break">⊘</span>}
    </>
  );
}
