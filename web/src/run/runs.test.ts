import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunResult } from '../api/types';
import type { SessionHub } from '../session/hub';
import { OwnRuns } from './ownRuns';
import { Runs } from './runs';

const me = { id: 'me', username: 'ann' };
const other = { id: 'other', username: 'bob' };
const size = { columns: 100, rows: 30 };

function tab() {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
}

function fixture(storage = tab(), whole: (jobId: string) => Promise<RunResult> = () => Promise.reject(new Error('not asked for'))) {
  const invoke = vi.fn(async (method: string): Promise<unknown> => (method === 'Run' ? 'job' : undefined));
  return { runs: new Runs('s', me, { invoke } as unknown as SessionHub, whole, new OwnRuns(storage)), invoke };
}

function result(jobId: string, change: Partial<RunResult> = {}): RunResult {
  return { jobId, language: 'python', status: { id: 3, description: 'Accepted' }, compile: null, run: null, ...change };
}

const get = (runs: Runs, jobId: string) => runs.all.get().find((r) => r.jobId === jobId)!;
const started = (jobId: string, user = me, change = {}) => ({ jobId, language: 'python', user, startedAt: '', ...change });
const printed = (jobId: string, data: string, offset: number) =>
  ({ jobId, phase: 'run' as const, stream: 'stdout' as const, data, offset });

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', () => 1);
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
});

describe('the time that a run takes', () => {
  it('is counted from when this page heard of its start, however often it hears of it', () => {
    vi.useFakeTimers({ now: 1000 });
    const { runs } = fixture();
    runs.events.ExecutionQueued({ jobId: 'a', language: 'python', user: me, position: 1 } as never);
    expect(get(runs, 'a').heardAt).toBeNull();
    runs.events.ExecutionStarted(started('a'));
    vi.setSystemTime(5000);
    runs.entered([started('a', me, { output: [] }) as never], null);
    expect(get(runs, 'a').heardAt).toBe(1000);
    vi.useRealTimers();
  });
});

describe('a run from the history', () => {
  const step = (stdout: string) => ({
    stdout, stderr: '', exitCode: 0, signal: null, cpuTimeMs: 1, wallTimeMs: 1, memoryBytes: 1, stdoutTruncated: false, stderrTruncated: false,
  });

  it('shows its whole output though the history has the beginning', async () => {
    const { runs } = fixture(tab(), async (jobId) => result(jobId, { run: step('beginning and end') }));
    await runs.open(result('a', { run: step('beginning'), shortened: true }));
    expect(get(runs, 'a')).toMatchObject({ stored: true, result: { run: { stdout: 'beginning and end' } } });
    expect(get(runs, 'a').buffer.toString()).toBe('beginning and end');
  });

  it('is not asked for again where all of it is there, and is told from one that ended here', async () => {
    const { runs } = fixture();
    await runs.open(result('a', { run: step('all') }));
    expect(get(runs, 'a').stored).toBe(true);
    runs.events.ExecutionStarted(started('b'));
    runs.events.ExecutionFinished(result('b'));
    expect(get(runs, 'b').stored).toBe(false);
  });
});

describe('a run that waits', () => {
  it('has a place that changes, and none once it runs', () => {
    const { runs } = fixture();
    runs.events.ExecutionQueued({ jobId: 'a', language: 'python', user: other, position: 3 });
    expect(get(runs, 'a')).toMatchObject({ state: 'queued', position: 3, user: other });
    expect(runs.shown.get()).toBe('a');
    runs.events.ExecutionQueued({ jobId: 'a', language: 'python', user: other, position: 1 });
    expect(get(runs, 'a').position).toBe(1);
    runs.events.ExecutionStarted(started('a', other));
    expect(get(runs, 'a')).toMatchObject({ state: 'running', position: null });
  });

  it('is not taken for waiting again by news that come late', () => {
    const { runs } = fixture();
    runs.events.ExecutionStarted(started('a'));
    runs.events.ExecutionQueued({ jobId: 'a', language: 'python', user: me, position: 1 });
    expect(get(runs, 'a')).toMatchObject({ state: 'running', position: null });
  });

  it('ends where it is cancelled before it started', () => {
    const { runs } = fixture();
    runs.events.ExecutionQueued({ jobId: 'a', language: 'python', user: me, position: 2 });
    runs.events.ExecutionFinished(result('a', { status: { id: 17, description: 'Cancelled' } }));
    expect(get(runs, 'a')).toMatchObject({ state: 'finished', result: { status: { id: 17 } } });
  });

  it('does not take the place of a run of one\'s own that goes on', () => {
    const { runs } = fixture();
    runs.events.ExecutionStarted(started('mine'));
    runs.events.ExecutionQueued({ jobId: 'a', language: 'python', user: other, position: 1 });
    expect(runs.shown.get()).toBe('mine');
  });

  it('is known to those who enter later', () => {
    const { runs } = fixture();
    runs.entered([], null, [{ jobId: 'a', language: 'python', user: other, position: 2 }]);
    expect(get(runs, 'a')).toMatchObject({ state: 'queued', position: 2 });
  });
});

describe('a run in a terminal', () => {
  it('sends raw output to its terminal alone', () => {
    const { runs } = fixture();
    runs.events.ExecutionStarted(started('a', other, { terminal: size }));
    runs.events.ExecutionOutput(printed('a', '\u001b[31mred\r\n', 0));
    expect(get(runs, 'a').terminal).toEqual(size);
    expect(get(runs, 'a').log.read(0, 100).data).toBe('\u001b[31mred\r\n');
    expect(get(runs, 'a').buffer.toString()).toBe('');
  });

  it('shows those who enter late what was printed so far, once', () => {
    const { runs } = fixture();
    runs.entered([{ ...started('a', other, { terminal: size }), output: [{ phase: 'run', stream: 'stdout', data: 'abc' }] }], null);
    runs.events.ExecutionOutput(printed('a', 'bcd', 1));
    expect(get(runs, 'a').log.read(0, 100).data).toBe('abcd');
  });

  it('keeps its output when the connection was away', () => {
    const { runs } = fixture();
    runs.events.ExecutionStarted(started('a', me, { terminal: size }));
    runs.events.ExecutionOutput(printed('a', 'ab', 0));
    runs.entered([{ ...started('a', me, { terminal: size }), output: [{ phase: 'run', stream: 'stdout', data: 'abcd' }] }], null);
    expect(get(runs, 'a').log.read(get(runs, 'a').log.read(0, 1).next, 100).data).toContain('bcd');
    expect(get(runs, 'a').log.read(0, 100).data).toBe('abcd');
  });

  it('is asked for with its size, and has it before the server says anything', async () => {
    const { runs, invoke } = fixture();
    await runs.run({ language: 'python', interactive: true, terminal: size });
    expect(invoke).toHaveBeenCalledWith('Run', 's', expect.objectContaining({ terminal: size }));
    expect(get(runs, 'job').terminal).toEqual(size);
  });

  it('tells the server of a new size', async () => {
    const { runs, invoke } = fixture();
    runs.events.ExecutionStarted(started('a', me, { terminal: size }));
    await runs.resize('a', { columns: 120, rows: 40 });
    expect(invoke).toHaveBeenCalledWith('Resize', 'a', 120, 40);
    expect(get(runs, 'a').terminal).toEqual({ columns: 120, rows: 40 });
  });

  it('takes a size that somebody else gave it', () => {
    const { runs } = fixture();
    runs.events.ExecutionStarted(started('a', other, { terminal: size }));
    runs.events.ExecutionResized({ jobId: 'a', columns: 90, rows: 20 });
    expect(get(runs, 'a').terminal).toEqual({ columns: 90, rows: 20 });
  });
});

it('knows a run that this tab asked for, also after it was reloaded', async () => {
  const storage = tab();
  const { runs } = fixture(storage);
  await runs.run({ interactive: true, terminal: size });
  expect(get(runs, 'job').startedHere).toBe(true);
  const reloaded = fixture(storage).runs;
  reloaded.entered([{ ...started('job', me, { terminal: size }), output: [] }], null);
  expect(get(reloaded, 'job').startedHere).toBe(true);
  const elsewhere = fixture().runs;
  elsewhere.entered([{ ...started('job', me, { terminal: size }), output: [] }], null);
  expect(get(elsewhere, 'job').startedHere).toBe(false);
});

it('knows its own run before the server has answered', () => {
  const { runs, invoke } = fixture();
  invoke.mockReturnValue(new Promise(() => undefined));
  void runs.run({ interactive: true, terminal: size });
  runs.events.ExecutionStarted(started('theirs', other));
  runs.events.ExecutionStarted(started('job', me, { terminal: size }));
  expect(get(runs, 'job').startedHere).toBe(true);
  expect(get(runs, 'theirs').startedHere).toBe(false);
});

it('remembers the test cases that were asked for', async () => {
  const { runs } = fixture();
  const testCases = [{ expectedOutput: '1' }];
  await runs.run({ interactive: false, testCases });
  expect(get(runs, 'job').testCases).toBe(testCases);
});

it('follows the test cases by what they print, and leaves that to the report', () => {
  const { runs } = fixture();
  runs.events.ExecutionStarted(started('a', other));
  runs.events.ExecutionOutput({ ...printed('a', 'x', 0), testCase: 0 });
  runs.events.ExecutionOutput({ ...printed('a', 'y', 0), testCase: 1 });
  expect(get(runs, 'a').testCase).toBe(1);
  expect(get(runs, 'a').buffer.toString()).toBe('');
});
