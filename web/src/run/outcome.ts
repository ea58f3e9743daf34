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
  /** The name of the status, as the API gives it. */
  words: string;
  /** What belongs to it, in a few words: which limit, which signal, how many test cases. */
  brief: string | null;
  /** What it means, where the words leave a question. */
  detail: string | null;
}

/** How a run ended. */
export function outcomeOf(result: RunResult): Outcome {
  const tests = result.testCases ?? [];
  if (tests.length > 0 && result.status.id !== CANCELLED && result.status.id !== COMPILATION_ERROR) return ofTests(result.status, tests);
  const compiling = result.run === null && result.compile !== null;
  return ofStep(result.status, result.run ?? result.compile, compiling);
}

/** How one test case ended. */
export function outcomeOfTest(verdict: TestVerdict): Outcome {
  if (verdict.status === null) return { kind: 'neutral', words: 'Not run', brief: null, detail: null };
  return ofStep(verdict.status, verdict.run, false);
}

/** The outcome on one line. */
export function inWords({ words, brief }: Outcome): string {
  return brief === null ? words : `${words}, ${brief}`;
}

/** What to say below the output of a run; null where the output and the status say it themselves. */
export function noteOn(result: RunResult): string | null {
  return saysItself.has(result.status.id) ? null : outcomeOf(result).detail;
}

const saysItself = new Set([ACCEPTED, WRONG_ANSWER, COMPILATION_ERROR, NONZERO, OUTPUT_LIMIT, CANCELLED]);

export function passed(tests: readonly TestVerdict[]): number {
  return tests.filter((test) => test.status?.id === ACCEPTED).length;
}

function ofTests(status: RunResult['status'], tests: readonly TestVerdict[]): Outcome {
  const good = passed(tests);
  const skipped = tests.filter((test) => test.status === null).length;
  return {
    kind: good === tests.length ? 'good' : 'bad',
    words: status.description,
    brief: `${good} of ${tests.length} passed`,
    detail: skipped === 0 ? null : `${plural(skipped, 'test case was', 'test cases were')} not run, since one before failed.`,
  };
}

function ofStep(status: RunResult['status'], step: StepResult | null, compiling: boolean): Outcome {
  const { brief, detail } = factsOf(status.id, step, compiling);
  return { kind: kindOf(status.id, step), words: status.description, brief, detail };
}

function kindOf(id: number, step: StepResult | null): Outcome['kind'] {
  if (id === ACCEPTED) return 'good';
  return id === CANCELLED || isInterrupt(id, step) ? 'neutral' : 'bad';
}

/** As Ctrl-C in a terminal does. */
function isInterrupt(id: number, step: StepResult | null): boolean {
  return id === OTHER && step?.signal === 'SIGINT';
}

type Facts = Pick<Outcome, 'brief' | 'detail'>;

function factsOf(id: number, step: StepResult | null, compiling: boolean): Facts {
  const because = (detail: string | null): Facts => ({ brief: compiling ? 'while compiling' : null, detail });
  switch (id) {
    case CANCELLED:
      return step === null ? { brief: 'before it started', detail: null } : { brief: null, detail: 'Somebody stopped it.' };
    case WRONG_ANSWER:
      return because('The output is not the one that was expected.');
    case TIME_LIMIT:
      return timeLimit(step, compiling);
    case MEMORY_LIMIT:
      return because(step === null ? null : `It needed more than the ${bytes(step.memoryBytes)} that it may use.`);
    case OUTPUT_LIMIT:
      return because('It printed more than the server keeps.');
    case SIGSEGV:
      return because('It used memory that is not its own: a bad pointer or index, or endless recursion.');
    case FILE_SIZE:
      return because('A file that it wrote grew too large.');
    case SIGFPE:
      return because('An arithmetic error, such as a division by zero.');
    case SIGABRT:
      return because('The program ended itself, as after a failed assertion or an exception that nobody caught.');
    case NONZERO:
      return because('NZEC is a non-zero exit code.');
    case OTHER:
      return { brief: step?.signal ?? null, detail: isInterrupt(id, step) ? 'Ctrl-C interrupted it.' : null };
    case INTERNAL_ERROR:
      return because('The server failed to run it. That is no fault of the program: try again.');
    case EXEC_FORMAT:
      return because('The file is no program that this machine can run.');
    case COMPILATION_ERROR:
      return { brief: null, detail: null };
    default:
      return because(null);
  }
}

function timeLimit(step: StepResult | null, compiling: boolean): Facts {
  const who = compiling ? 'The compiler' : 'It';
  const when = (time: string) => (compiling ? `while compiling, after ${time}` : `after ${time}`);
  if (step === null) return { brief: null, detail: null };
  return step.limitExceeded === 'wallTime'
    ? { brief: when(seconds(step.wallTimeMs)), detail: `${who} took longer than it may, working or waiting.` }
    : { brief: when(`${seconds(step.cpuTimeMs)} of CPU`), detail: `${who} computed for longer than it may.` };
}
