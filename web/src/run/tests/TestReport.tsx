import { IconEyeOff } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { TestCaseRequest, TestVerdict } from '../../api/types';
import { milliseconds, plural } from '../../lib/format';
import { ACCEPTED, inWords, outcomeOfTest } from '../outcome';
import type { Run } from '../runs';
import { lineDiff, type DiffLine } from './lineDiff';
import classes from './TestReport.module.css';

/** How each test case of a run ended. */
export default function TestReport({ run }: { run: Pick<Run, 'result' | 'testCases'> }) {
  const verdicts = run.result?.testCases ?? [];
  const firstBad = verdicts.find((verdict) => verdict.status !== null && verdict.status.id !== ACCEPTED);
  return (
    <ul className={classes.list} aria-label="Results of the test cases">
      {verdicts.map((verdict) => (
        <li key={verdict.index}>
          <Verdict verdict={verdict} asked={run.testCases?.[verdict.index]} opened={verdict === firstBad} />
        </li>
      ))}
    </ul>
  );
}

interface Props {
  verdict: TestVerdict;
  /** The case as it was asked for here; others do not have it. */
  asked: TestCaseRequest | undefined;
  opened: boolean;
}

function Verdict({ verdict, asked, opened }: Props) {
  const outcome = outcomeOfTest(verdict);
  const known = isKnown(verdict, asked);
  const heading = (
    <>
      <span className={classes[outcome.kind]}>{inWords(outcome)}</span>
      <span className={classes.name}>{verdict.name || `Case ${verdict.index + 1}`}</span>
      {verdict.hidden && <IconEyeOff size={14} aria-label="hidden" />}
      {verdict.run !== null && <span className={classes.time}>{milliseconds(verdict.run.wallTimeMs)}</span>}
    </>
  );
  if (!known || verdict.run === null) return <div className={classes.closed}>{heading}</div>;
  return (
    <details className={classes.case} open={opened}>
      <summary>{heading}</summary>
      <Details verdict={verdict} asked={asked} passed={outcome.kind === 'good'} />
    </details>
  );
}

/** Whether this person may see more of it than the verdict. */
function isKnown(verdict: TestVerdict, asked: TestCaseRequest | undefined): boolean {
  return !verdict.hidden || asked !== undefined || verdict.expectedOutput != null || verdict.run?.stdout !== '' || verdict.run.stderr !== '';
}

function Details({ verdict, asked, passed }: { verdict: TestVerdict; asked: TestCaseRequest | undefined; passed: boolean }) {
  const stdin = verdict.stdin ?? asked?.stdin ?? '';
  const expected = verdict.expectedOutput ?? asked?.expectedOutput;
  const compare = verdict.compare ?? asked?.compare ?? 'trimmed';
  const { stdout, stderr, stdoutTruncated, exitCode } = verdict.run!;
  const diff = useMemo(
    () => (passed || expected === undefined || compare === 'regex' ? null : lineDiff(expected, stdout, compare)),
    [passed, expected, stdout, compare],
  );
  return (
    <div className={classes.details}>
      {stdin !== '' && <Block title="Input" text={stdin} />}
      {diff !== null
        ? <Diff lines={diff.lines} omitted={diff.omitted} />
        : <>
            {expected !== undefined && !passed && <Block title={compare === 'regex' ? 'Expected pattern' : 'Expected'} text={expected} />}
            <Block title="Output" text={stdout} />
          </>}
      {stdoutTruncated && <p className={classes.note}>The program printed more than the limit; the rest was left out.</p>}
      {stderr !== '' && <Block title="Errors" text={stderr} />}
      {exitCode !== null && exitCode !== 0 && <p className={classes.note}>Exit code {exitCode}.</p>}
    </div>
  );
}

const MAX_CHARS = 20_000;

function Block({ title, text }: { title: string; text: string }) {
  return (
    <div className={classes.block}>
      <div className={classes.title}>{title}</div>
      {text === ''
        ? <p className={classes.note}>(nothing)</p>
        : <pre className={classes.text}>{text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text}</pre>}
    </div>
  );
}

const signs = { same: ' ', expected: '−', actual: '+' };
const says = { same: '', expected: 'expected: ', actual: 'got: ' };

function Diff({ lines, omitted }: { lines: DiffLine[]; omitted: number }) {
  return (
    <div className={classes.block}>
      <div className={classes.title}><span className={classes.expected}>− expected</span> <span className={classes.actual}>+ printed</span></div>
      <div className={classes.diff} data-testid="diff">
        {lines.map((line, i) => (
          <div key={i} data-kind={line.kind}>
            <span aria-hidden="true" className={classes.sign}>{signs[line.kind]}</span>
            <span className={classes.spoken}>{says[line.kind]}</span>
            {line.text.trimEnd()}<EndSpace line={line} />
          </div>
        ))}
      </div>
      {omitted > 0 && <p className={classes.note}>{plural(omitted, 'more line is', 'more lines are')} not shown.</p>}
    </div>
  );
}

/** Space at the end of a line that differs, to be seen; and an empty line. */
function EndSpace({ line: { kind, text } }: { line: DiffLine }) {
  const space = text.slice(text.trimEnd().length);
  if (kind === 'same') return space;
  const marks = space.replace(/[^\t]/g, '·').replace(/\t/g, '→');
  return <span className={classes.space}>{text === '' ? '⏎' : marks}</span>;
}
