import { describe, expect, it, vi } from 'vitest';
import { printedAfter, runAt } from './printed';
import { eventOf, type OutputMark, type RecordedEvent } from './recording';

vi.mock('../api', () => ({ request: () => Promise.reject(new Error('No server here.')) }));

const START = 1_700_000_000_000;
const at = (ms: number) => new Date(START + ms).toISOString();
const step = (stdout: string, stderr = '') => ({ stdout, stderr });
const mark = (ms: number, stream: OutputMark['stream'], length: number, phase: OutputMark['phase'] = 'run') => ({ at: ms, phase, stream, length });

function run(id: string, asked: number, started: number, finished: number, output: ReturnType<typeof mark>[], result: object): RecordedEvent {
  const item = {
    id, at: at(asked), kind: 'run', user: { id: 'u', username: 'ada' }, output,
    run: { jobId: id, language: 'python', status: { id: 3, description: 'Accepted' }, startedAt: at(started), finishedAt: at(finished), compile: null, ...result },
  };
  return eventOf(item as unknown as Parameters<typeof eventOf>[0]);
}

const slow = run('slow', 0, 100, 3000, [mark(0, 'stdout', 4), mark(1000, 'stderr', 3), mark(2000, 'stdout', 8)], { run: step('one two three', 'err') });

describe('the output of a replay', () => {
  it('comes when it was printed, in the order in which it was', () => {
    const shown = (ms: number) => {
      const found = runAt([slow], START + ms)!;
      return [found.state, printedAfter(slow.run!, found.marks, found.state === 'finished').get().segments.map((s) => `${s.stream} ${s.text}`)];
    };
    expect(shown(50)).toEqual(['queued', []]);
    expect(shown(100)).toEqual(['running', ['stdout one ']]);
    expect(shown(1100)).toEqual(['running', ['stdout one ', 'stderr err']]);
    expect(shown(2500)).toEqual(['running', ['stdout one ', 'stderr err', 'stdout two ']]);
    expect(shown(3000)).toEqual(['finished', ['stdout one ', 'stderr err', 'stdout two three']]);
  });

  it('is all there at the end where no times were noted', () => {
    const quick = run('quick', 0, 0, 10, [], { compile: step('', 'warning'), run: step('done') });
    expect(printedAfter(quick.run!, 0, false).toString()).toBe('');
    expect(printedAfter(quick.run!, 0, true).toString()).toBe('warningdone');
  });

  it('does not go beyond what the recording has of a long text', () => {
    const long = run('long', 0, 0, 10, [mark(0, 'stdout', 1000), mark(5, 'stdout', 2000)], { run: step('only the beginning') });
    expect(printedAfter(long.run!, 2, true).toString()).toBe('only the beginning');
  });

  it('is that of the run that was asked for last', () => {
    const next = run('next', 2000, 3500, 4000, [], { run: step('next') });
    expect(runAt([slow, next], START + 1999)!.event.id).toBe('slow');
    expect(runAt([slow, next], START + 2500)).toMatchObject({ event: { id: 'next' }, state: 'queued' });
    expect(runAt([slow], START - 1)).toBeNull();
  });
});
