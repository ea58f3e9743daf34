import type { RunResult } from '../api/types';
import { OutputBuffer } from '../run/outputBuffer';
import { countUpTo } from './player';
import type { OutputMark, RecordedEvent, RecordedRun } from './recording';

export type RunState = 'queued' | 'running' | 'finished';

/** The run that was the latest at a time, and how many of its marks had been passed. */
export function runAt(events: readonly RecordedEvent[], time: number): { event: RecordedEvent; state: RunState; marks: number } | null {
  const event = events.findLast((candidate) => candidate.run !== null && candidate.at <= time);
  if (event === undefined) return null;
  const { startedAt, finishedAt, output } = event.run!;
  const state = finishedAt <= time ? 'finished' : startedAt <= time ? 'running' : 'queued';
  return { event, state, marks: state === 'finished' ? output.length : countUpTo(output, time, (mark) => mark.at) };
}

/** The output up to a mark, in the order in which it was printed; at the end of the run all of it. */
export function printedAfter({ result, output }: Pick<RecordedRun, 'result' | 'output'>, marks: number, finished: boolean): OutputBuffer {
  const buffer = new OutputBuffer();
  const shown = new Map<string, number>();
  const append = (phase: OutputMark['phase'], stream: OutputMark['stream'], length: number) => {
    const key = `${phase}/${stream}`;
    const before = shown.get(key) ?? 0;
    const text = textOf(result, phase, stream).slice(before, length);
    buffer.append(phase, stream, text);
    shown.set(key, before + text.length);
  };
  for (const mark of output.slice(0, marks)) append(mark.phase, mark.stream, mark.length);
  if (finished) {
    for (const phase of ['compile', 'run'] as const) {
      for (const stream of ['stdout', 'stderr'] as const) append(phase, stream, Infinity);
    }
  }
  return buffer;
}

function textOf(result: RunResult, phase: OutputMark['phase'], stream: OutputMark['stream']): string {
  return result[phase]?.[stream] ?? '';
}
