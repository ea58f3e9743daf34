import { lazy, memo, Suspense, useMemo } from 'react';
import { languageName } from '../api/languages';
import { inWords, outcomeOf } from '../run/outcome';
import { Segments } from '../run/OutputView';
import { printedAfter, type RunState } from './printed';
import type { RecordedEvent } from './recording';
import classes from './Playback.module.css';

const TestReport = lazy(() => import('../run/tests/TestReport'));

interface Props {
  event: RecordedEvent | null;
  state: RunState | null;
  marks: number;
}

/** What the latest program had printed. */
export const OutputAt = memo(function OutputAt({ event, state, marks }: Props) {
  return (
    <section className={classes.output} aria-label="Output">
      <div className={classes.panelHead}>
        <h2>Output</h2>
        {event !== null && <span className={classes.facts} data-testid="playback-run">{summary(event, state!)}</span>}
      </div>
      <div className={classes.printed} data-testid="playback-output" tabIndex={0} role="group" aria-label="Program output">
        {event === null && <p className={classes.note}>Nothing has run yet.</p>}
        {event !== null && <Printed event={event} finished={state === 'finished'} marks={marks} />}
      </div>
    </section>
  );
});

function summary({ user, run }: RecordedEvent, state: RunState): string {
  const what = `${user.username}, ${languageName(run!.result.language, undefined)}`;
  return `${what}: ${state === 'queued' ? 'In Queue' : state === 'running' ? 'Processing' : inWords(outcomeOf(run!.result))}`;
}

function Printed({ event, finished, marks }: { event: RecordedEvent; finished: boolean; marks: number }) {
  const { result } = event.run!;
  const { segments, trimmed } = useMemo(() => printedAfter(event.run!, marks, finished).get(), [event, marks, finished]);
  if (!finished) return <Segments segments={segments} />;
  const tested = (result.testCases?.length ?? 0) > 0;
  return (
    <>
      {trimmed && <p className={classes.note}>Earlier output is not shown.</p>}
      <Segments segments={segments} />
      {tested && <Suspense><TestReport run={{ result, testCases: null }} /></Suspense>}
      {segments.length === 0 && !tested && <p className={classes.note}>The program printed nothing.</p>}
      {result.shortened && <p className={classes.note}>Of long output the recording has the beginning.</p>}
    </>
  );
}
