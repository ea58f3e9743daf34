import { describe, expect, it } from 'vitest';
import type { Limit, RunResult, StepResult, TestVerdict } from '../api/types';
import { outcomeOf, outcomeOfTest } from './outcome';

const step = (change: Partial<StepResult> = {}): StepResult => ({
  stdout: '', stderr: '', exitCode: null, signal: 'SIGKILL', cpuTimeMs: 10_012, wallTimeMs: 20_004, memoryBytes: 256 << 20,
  stdoutTruncated: false, stderrTruncated: false, ...change,
});
const result = (id: number, run: StepResult | null = step(), change: Partial<RunResult> = {}): RunResult =>
  ({ jobId: '1', language: 'c', status: { id, description: 'x' }, compile: null, run, ...change });
const limited = (id: number, limitExceeded: Limit) => outcomeOf(result(id, step({ limitExceeded }))).words;
const test = (id: number | null): TestVerdict =>
  ({ index: 0, name: null, hidden: false, status: id === null ? null : { id, description: '' }, run: null });

describe('how a run ended', () => {
  it('names the limit that ended it', () => {
    expect(limited(5, 'cpuTime')).toBe('Stopped after 10 s of CPU time');
    expect(limited(5, 'wallTime')).toBe('Stopped after 20 s');
    expect(limited(15, 'memory')).toBe('Stopped: out of memory');
    expect(limited(16, 'output')).toBe('Stopped: too much output');
  });

  it('says whether it was the compiler', () => {
    const compile = step({ limitExceeded: 'cpuTime' });
    expect(outcomeOf(result(5, null, { compile })).words).toBe('Compiler stopped after 10 s of CPU time');
  });

  it('names no signal where somebody stopped it', () => {
    expect(outcomeOf(result(17)).words).toBe('Stopped');
    expect(outcomeOf(result(17, null)).words).toBe('Cancelled before it started');
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
    expect(outcome).toEqual({ kind: 'bad', words: '2 of 3 passed', detail: null });
  });

  it('says how many were not run', () => {
    const outcome = outcomeOf(result(4, null, { testCases: [test(4), test(null), test(null)] }));
    expect(outcome.words).toBe('0 of 3 passed');
    expect(outcome.detail).toBe('2 test cases were not run, since one before failed.');
  });

  it('is good only if all passed', () => {
    expect(outcomeOf(result(3, null, { testCases: [test(3)] })).kind).toBe('good');
  });

  it('says that the program did not compile rather than that nothing passed', () => {
    expect(outcomeOf(result(6, null, { compile: step(), testCases: [test(null)] })).words).toBe('Did not compile');
  });

  it('has a word for each', () => {
    expect(outcomeOfTest(test(3)).words).toBe('Passed');
    expect(outcomeOfTest(test(4)).words).toBe('Wrong answer');
    expect(outcomeOfTest(test(null)).words).toBe('Not run');
  });
});
