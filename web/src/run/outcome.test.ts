import { describe, expect, it } from 'vitest';
import type { Limit, RunResult, StepResult, TestVerdict } from '../api/types';
import { inWords, noteOn, outcomeOf, outcomeOfTest } from './outcome';

const step = (change: Partial<StepResult> = {}): StepResult => ({
  stdout: '', stderr: '', exitCode: null, signal: 'SIGKILL', cpuTimeMs: 10_012, wallTimeMs: 20_004, memoryBytes: 256 << 20,
  stdoutTruncated: false, stderrTruncated: false, ...change,
});
// As the server names them.
const names: Record<number, string> = {
  3: 'Accepted', 4: 'Wrong Answer', 5: 'Time Limit Exceeded', 6: 'Compilation Error', 7: 'Runtime Error (SIGSEGV)', 11: 'Runtime Error (NZEC)',
  12: 'Runtime Error (Other)', 13: 'Internal Error', 15: 'Memory Limit Exceeded', 16: 'Output Limit Exceeded', 17: 'Cancelled',
};
const status = (id: number) => ({ id, description: names[id] ?? 'x' });
const result = (id: number, run: StepResult | null = step(), change: Partial<RunResult> = {}): RunResult =>
  ({ jobId: '1', language: 'c', status: status(id), compile: null, run, ...change });
const limited = (id: number, limitExceeded: Limit) => inWords(outcomeOf(result(id, step({ limitExceeded }))));
const test = (id: number | null): TestVerdict =>
  ({ index: 0, name: null, hidden: false, status: id === null ? null : status(id), run: null });

describe('how a run ended', () => {
  it.each(Object.entries(names))('has the name that the API has for status %s', (id, name) => {
    expect(outcomeOf(result(Number(id))).words).toBe(name);
  });

  it('says nothing beside the name of a run that went well', () => {
    expect(outcomeOf(result(3, step({ exitCode: 0, signal: null })))).toEqual({ kind: 'good', words: 'Accepted', brief: null, detail: null });
  });

  it('tells where the limit of time was', () => {
    expect(limited(5, 'cpuTime')).toBe('Time Limit Exceeded, after 10 s of CPU');
    expect(limited(5, 'wallTime')).toBe('Time Limit Exceeded, after 20 s');
  });

  it('says whether it was the compiler', () => {
    const compile = step({ limitExceeded: 'cpuTime' });
    expect(outcomeOf(result(5, null, { compile })).brief).toBe('while compiling, after 10 s of CPU');
    expect(outcomeOf(result(15, null, { compile })).brief).toBe('while compiling');
    expect(outcomeOf(result(6, null, { compile })).brief).toBeNull();
  });

  it('names the signal that no status has, and no failure where Ctrl-C was pressed', () => {
    expect(inWords(outcomeOf(result(12, step({ signal: 'SIGKILL' }))))).toBe('Runtime Error (Other), SIGKILL');
    expect(outcomeOf(result(12, step({ signal: 'SIGINT' })))).toMatchObject({ kind: 'neutral', detail: 'Ctrl-C interrupted it.' });
  });

  it('names no signal where somebody stopped it', () => {
    expect(inWords(outcomeOf(result(17)))).toBe('Cancelled');
    expect(inWords(outcomeOf(result(17, null)))).toBe('Cancelled, before it started');
  });

  it('explains below the output what the output does not tell', () => {
    expect(noteOn(result(15))).toBe('It needed more than the 256 MB that it may use.');
    expect([3, 4, 6, 11, 16, 17].map((id) => noteOn(result(id)))).toEqual([null, null, null, null, null, null]);
  });

  it.each([[3, 'good'], [17, 'neutral'], [11, 'bad'], [13, 'bad']])('tells good from bad: %i is %s', (id, kind) => {
    expect(outcomeOf(result(id)).kind).toBe(kind);
  });

  it('uses the server\'s words for what it does not know', () => {
    expect(outcomeOf(result(99)).words).toBe('x');
  });
});

describe('how test cases ended', () => {
  it('counts those that passed', () => {
    const outcome = outcomeOf(result(4, null, { testCases: [test(3), test(4), test(3)] }));
    expect(outcome).toEqual({ kind: 'bad', words: 'Wrong Answer', brief: '2 of 3 passed', detail: null });
  });

  it('says how many were not run', () => {
    const outcome = outcomeOf(result(4, null, { testCases: [test(4), test(null), test(null)] }));
    expect(outcome.brief).toBe('0 of 3 passed');
    expect(outcome.detail).toBe('2 test cases were not run, since one before failed.');
  });

  it('is good only if all passed', () => {
    expect(outcomeOf(result(3, null, { testCases: [test(3)] })).kind).toBe('good');
  });

  it('says that the program did not compile rather than that nothing passed', () => {
    expect(outcomeOf(result(6, null, { compile: step(), testCases: [test(null)] })).words).toBe('Compilation Error');
  });

  it('has a word for each', () => {
    expect(outcomeOfTest(test(3)).words).toBe('Accepted');
    expect(outcomeOfTest(test(4)).words).toBe('Wrong Answer');
    expect(outcomeOfTest(test(null)).words).toBe('Not run');
  });
});
