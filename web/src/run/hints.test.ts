import { expect, it } from 'vitest';
import type { RunResult, StepResult } from '../api/types';
import { hintFor } from './hints';

const run = (change: Partial<StepResult> = {}): StepResult => ({
  stdout: '', stderr: '', exitCode: 0, signal: null, cpuTimeMs: 1, wallTimeMs: 1, memoryBytes: 1,
  stdoutTruncated: false, stderrTruncated: false, ...change,
});
const result = (change: Partial<RunResult> = {}): RunResult =>
  ({ jobId: '1', language: 'python', status: { id: 3, description: '' }, compile: null, run: run(), ...change });
const plot = 'import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\n';

it('tells of savefig where a plot was to be shown in a window', () => {
  expect(hintFor(result(), () => [plot])).toContain('savefig');
});

it.each([
  ['another language', result({ language: 'c' }), plot],
  ['a plot that was saved', result(), `${plot}plt.savefig("a.png")\n`],
  ['a run that wrote a file', result({ outputFiles: [{ path: 'a', size: 1, contentType: '' }] }), plot],
  ['a program without a plot', result(), 'show()'],
])('says nothing of %s', (_, of, text) => {
  expect(hintFor(of, () => [text])).toBeNull();
});

it('says who can add a package that is missing', () => {
  const failed = run({ exitCode: 1, stderr: "ModuleNotFoundError: No module named 'numpy'\n" });
  expect(hintFor(result({ run: failed }), () => [])).toContain('numpy');
});
