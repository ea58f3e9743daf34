import type { Compare, TestCaseRequest } from '../../api/types';
import { Store } from '../../lib/store';

export interface TestCase {
  id: string;
  name: string;
  stdin: string;
  expectedOutput: string;
  compare: Compare;
  /** For `float`: how far a number may be off. */
  tolerance: number;
  hidden: boolean;
}

export interface Suite {
  cases: readonly TestCase[];
  stopAtFirstFailure: boolean;
}

export const compares: { value: Compare; label: string; description: string }[] = [
  { value: 'trimmed', label: 'Ignore space at the ends', description: 'Spaces at the ends of lines and of the output do not count.' },
  { value: 'exact', label: 'Exactly the same', description: 'Every character counts.' },
  { value: 'tokens', label: 'Same words', description: 'Only the words count, not the spaces and lines between them.' },
  { value: 'float', label: 'Same numbers, nearly', description: 'Numbers may be off by the tolerance.' },
  { value: 'regex', label: 'Matches a pattern', description: 'The expected output is a regular expression that the whole output has to match.' },
];

export const MAX_CASES = 100;
const MAX_TEXT = 256 * 1024;
const MAX_NAME = 100;
const DEFAULT_TOLERANCE = 1e-6;

/** The test cases that somebody made for a session. They are kept in this browser: see `docs/decisions/0043`. */
export class TestCases {
  readonly suite: Store<Suite>;
  /** The browser had no room to keep the last change. */
  readonly lost = new Store(false);
  private readonly requests = new WeakMap<TestCase, TestCaseRequest>();
  private readonly key: string;

  constructor(sessionId: string, userId: string, private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
    this.key = `codecrafter-tests-${userId}-${sessionId}`;
    this.suite = new Store(this.read());
    this.suite.subscribe(() => this.write());
  }

  /** Adds an empty case and returns its id. */
  add(): string {
    const made = newCase({});
    this.suite.update((suite) => ({ ...suite, cases: [...suite.cases, made] }));
    return made.id;
  }

  change(id: string, change: Partial<Omit<TestCase, 'id'>>): void {
    this.suite.update((suite) => ({ ...suite, cases: suite.cases.map((c) => (c.id === id ? { ...c, ...change } : c)) }));
  }

  remove(id: string): void {
    this.suite.update((suite) => ({ ...suite, cases: suite.cases.filter((c) => c.id !== id) }));
  }

  setStopAtFirstFailure(stopAtFirstFailure: boolean): void {
    this.suite.update((suite) => ({ ...suite, stopAtFirstFailure }));
  }

  /** As the API takes it; the same object for a case that has not changed. */
  requestOf(test: TestCase): TestCaseRequest {
    let request = this.requests.get(test);
    if (request === undefined) {
      const { name, stdin, expectedOutput, compare, hidden } = test;
      request = { name: name === '' ? undefined : name, stdin, expectedOutput, compare, hidden };
      if (compare === 'float') request.tolerance = test.tolerance;
      this.requests.set(test, request);
    }
    return request;
  }

  toJson(): string {
    const { cases, stopAtFirstFailure } = this.suite.get();
    const testCases = cases.map((test) => ({ ...this.requestOf(test), name: test.name }));
    return `${JSON.stringify({ stopAtFirstFailure, testCases }, null, 2)}\n`;
  }

  /** Adds the cases of a file. Throws an error with words for people, and changes nothing then. */
  addJson(text: string): number {
    const added = parse(text);
    const { cases } = this.suite.get();
    if (cases.length + added.length > MAX_CASES) throw new Error(`There can be at most ${MAX_CASES} test cases.`);
    this.suite.update((suite) => ({ ...suite, cases: [...suite.cases, ...added] }));
    return added.length;
  }

  private read(): Suite {
    const empty: Suite = { cases: [], stopAtFirstFailure: false };
    try {
      const text = this.storage.getItem(this.key);
      if (text === null) return empty;
      return { cases: parse(text), stopAtFirstFailure: (JSON.parse(text) as Suite).stopAtFirstFailure === true };
    } catch (error) {
      console.warn('The test cases that this browser keeps cannot be read.', error);
      return empty;
    }
  }

  private write(): void {
    try {
      if (this.suite.get().cases.length === 0) this.storage.removeItem(this.key);
      else this.storage.setItem(this.key, this.toJson());
      this.lost.set(false);
    } catch (error) {
      console.warn('The test cases were not kept.', error);
      this.lost.set(true);
    }
  }
}

function newCase(values: Partial<TestCase>): TestCase {
  return {
    id: newId(), name: '', stdin: '', expectedOutput: '', compare: 'trimmed', tolerance: DEFAULT_TOLERANCE, hidden: false, ...values,
  };
}

let ids = 0;

// crypto.randomUUID is missing on plain HTTP.
function newId(): string {
  return `case-${++ids}`;
}

function parse(text: string): TestCase[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('This is not JSON.');
  }
  const list = isObject(json) ? json.testCases : json;
  if (!Array.isArray(list)) throw new Error('There are no test cases in it: an array, or an object with “testCases”.');
  if (list.length > MAX_CASES) throw new Error(`There can be at most ${MAX_CASES} test cases.`);
  return list.map((item: unknown, i) => parseCase(item, `Test case ${i + 1}`));
}

function parseCase(item: unknown, which: string): TestCase {
  if (!isObject(item)) throw new Error(`${which} is not an object.`);
  const text = (name: string, most: number) => {
    const value = item[name] ?? '';
    if (typeof value !== 'string') throw new Error(`${which}: “${name}” is not text.`);
    if (value.length > most) throw new Error(`${which}: “${name}” is longer than ${most} characters.`);
    return value;
  };
  const compare = item.compare ?? 'trimmed';
  if (!compares.some((c) => c.value === compare)) throw new Error(`${which}: “compare” is none of ${compares.map((c) => c.value).join(', ')}.`);
  const tolerance = item.tolerance ?? DEFAULT_TOLERANCE;
  if (typeof tolerance !== 'number' || !(tolerance >= 0)) throw new Error(`${which}: “tolerance” is not a number from 0.`);
  if (typeof (item.hidden ?? false) !== 'boolean') throw new Error(`${which}: “hidden” is neither true nor false.`);
  return newCase({
    name: text('name', MAX_NAME), stdin: text('stdin', MAX_TEXT), expectedOutput: text('expectedOutput', MAX_TEXT),
    compare: compare as Compare, tolerance, hidden: item.hidden === true,
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
