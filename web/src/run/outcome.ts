import type { RunResult, StepResult, TestVerdict } from '../api/types';
import { bytes, plural, seconds } from '../lib/format';

export const ACCEPTED = 3;
const WRONG_ANSWER = 4;
const TIME_LIMIT = 5;
const COMPILATION_ERROR = 6;
const SIGSEGV = 7;
const FILE_SIZE = 8;
const SIGFPE = 9;
const SIGABRT = 10;
const NONZERO = 11;
const OTHER = 12;
const INTERNAL_ERROR = 13;
const EXEC_FORMAT = 14;
const MEMORY_LIMIT = 15;
const OUTPUT_LIMIT = 16;
const CANCELLED = 17;

export interface Outcome {
  kind: 'good' | 'neutral' | 'bad';
  /** A few words. */
  words: string;
  /** What it means, where the words leave a question. */
  detail: string | null;
}

/** How a run ended, in plain words. */
export function outcomeOf(result: RunResult): Outcome {
  const tests = result.testCases ?? [];
  if (tests.length > 0 && result.status.id !== CANCELLED && result.status.id !== COMPILATION_ERROR) return ofTests(tests);
  const compiling = result.run === null && result.compile !== null;
  return ofStep(result.status, result.run ?? result.compile, compiling);
}

/** How one test case ended. */
export function outcomeOfTest(verdict: TestVerdict): Outcome {
  if (verdict.status === null) return { kind: 'neutral', words: 'Not run', detail: null };
  if (verdict.status.id === ACCEPTED) return { kind: 'good', words: 'Passed', detail: null };
  return ofStep(verdict.status, verdict.run, false);
}

export function passed(tests: readonly TestVerdict[]): number {
  return tests.filter((test) => test.status?.id === ACCEPTED).length;
}

function ofTests(tests: readonly TestVerdict[]): Outcome {
  const good = passed(tests);
  const skipped = tests.filter((test) => test.status === null).length;
  return {
    kind: good === tests.length ? 'good' : 'bad',
    words: `${good} of ${tests.length} passed`,
    detail: skipped === 0 ? null : `${plural(skipped, 'test case was', 'test cases were')} not run, since one before failed.`,
  };
}

function ofStep(status: RunResult['status'], step: StepResult | null, compiling: boolean): Outcome {
  const who = compiling ? 'Compiler stopped' : 'Stopped';
  const bad = (words: string, detail: string | null = null): Outcome => ({ kind: 'bad', words, detail });
  switch (status.id) {
    case ACCEPTED:
      return { kind: 'good', words: 'Finished', detail: null };
    case CANCELLED:
      return { kind: 'neutral', words: step === null ? 'Cancelled before it started' : 'Stopped', detail: step === null ? null : 'Somebody stopped it.' };
    case WRONG_ANSWER:
      return bad('Wrong answer', 'The output is not the one that was expected.');
    case TIME_LIMIT:
      return step?.limitExceeded === 'wallTime'
        ? bad(`${who} after ${seconds(step.wallTimeMs)}`, 'It took longer than it may, working or waiting.')
        : step === null ? bad(`${who}: it took too long`)
          : bad(`${who} after ${seconds(step.cpuTimeMs)} of CPU time`, 'It computed for longer than it may.');
    case MEMORY_LIMIT:
      return bad(`${who}: out of memory`, step === null ? null : `It needed more than the ${bytes(step.memoryBytes)} that it may use.`);
    case OUTPUT_LIMIT:
      return bad(`${who}: too much output`, 'It printed more than the server keeps.');
    case COMPILATION_ERROR:
      return bad('Did not compile', 'The compiler says why.');
    case SIGSEGV:
      return bad('Crashed (SIGSEGV)', 'It used memory that is not its own: a bad pointer or index, or endless recursion.');
    case FILE_SIZE:
      return bad('Stopped: a file grew too large (SIGXFSZ)');
    case SIGFPE:
      return bad('Crashed (SIGFPE)', 'An arithmetic error, such as a division by zero.');
    case SIGABRT:
      return bad('Aborted (SIGABRT)', 'The program ended itself, as after a failed assertion or an exception that nobody caught.');
    case NONZERO:
      return bad('Ended with an error', 'Its exit code is not 0.');
    case OTHER:
      // As Ctrl-C in a terminal does.
      if (step?.signal === 'SIGINT') return { kind: 'neutral', words: 'Interrupted', detail: null };
      return bad(step?.signal ? `Crashed (${step.signal})` : 'Crashed');
    case INTERNAL_ERROR:
      return bad('The server failed', 'That is no fault of the program: try again.');
    case EXEC_FORMAT:
      return bad('Cannot be started', 'The file is no program that this machine can run.');
    default:
      return bad(status.description);
  }
}
