import type {
  OutputPiece, QueuedExecution, RunningExecution, RunResult, TerminalSize, TestCaseRequest, UserRef,
} from '../api/types';
import { Store } from '../lib/store';
import type { SessionHub } from '../session/hub';
import { OwnRuns } from './ownRuns';
import { OutputBuffer, type Output } from './outputBuffer';
import { TerminalLog } from './terminal/terminalLog';

export interface RunRequest {
  language?: string;
  entry?: string;
  stdin?: string;
  args?: string[];
  /** Its input stays open for what is typed while it runs. */
  interactive: boolean;
  /** The program gets a terminal of this size instead of pipes. */
  terminal?: TerminalSize;
  testCases?: readonly TestCaseRequest[];
  stopAtFirstFailure?: boolean;
}

/** A run as the page shows it. Immutable but for its output, which has a store of its own. */
export interface Run {
  jobId: string;
  language: string;
  user: UserRef | null;
  startedAt: string | null;
  /** When this page heard of its start, by the clock of this machine, which may differ from the server's. */
  heardAt: number | null;
  state: 'queued' | 'running' | 'finished';
  /** Its place among those that wait, 1 for the next; null where that is not known. */
  position: number | null;
  result: RunResult | null;
  /** It may read what is typed while it runs. */
  interactive: boolean;
  /** The size of its terminal; null where it has none. */
  terminal: TerminalSize | null;
  /** It was asked for in this tab of the browser. */
  startedHere: boolean;
  /** Its output comes from its stored result: it ended before this page looked. */
  stored: boolean;
  /** The test cases that it was asked for here with. */
  testCases: readonly TestCaseRequest[] | null;
  /** The index of the test case that printed last. */
  testCase: number | null;
  buffer: OutputBuffer;
  output: Store<Output>;
  /** What its terminal was sent. */
  log: TerminalLog;
}

const MAX_RUNS = 20;

/** The runs of a session: everybody in it sees the same. */
export class Runs {
  /** Newest last. */
  readonly all = new Store<readonly Run[]>([]);
  /** The run whose output is on screen. */
  readonly shown = new Store<string | null>(null);
  /** A run was asked for here, and the server has not named it yet. */
  readonly starting = new Store(false);

  private readonly touched = new Set<Run>();
  private frame = 0;

  constructor(
    private readonly sessionId: string, private readonly me: UserRef, private readonly hub: SessionHub,
    private readonly wholeResult: (jobId: string) => Promise<RunResult>, private readonly own: OwnRuns = new OwnRuns(),
  ) {}

  readonly events = {
    ExecutionQueued: (e: QueuedExecution) => this.queued(e),
    ExecutionStarted: (e: Omit<RunningExecution, 'output'>) => this.started({ ...e, output: [] }),
    ExecutionResized: (e: TerminalSize & { jobId: string }) => this.resized(e),
    ExecutionOutput: (e: OutputPiece & { jobId: string; offset: number }) => this.printed(e),
    ExecutionFinished: (e: RunResult) => this.finished(e),
  };

  /** After entering, also again: the server tells what runs now, with its output so far, and what ended last. */
  entered(executions: readonly RunningExecution[], lastResult: RunResult | null, queued: readonly QueuedExecution[] = []): void {
    const running = new Set([...executions, ...queued].map((e) => e.jobId));
    // What ended while the connection was away has no result here, unless it is the last one.
    this.all.update((runs) => runs.filter((r) => r.state === 'finished' || running.has(r.jobId) || r.jobId === lastResult?.jobId));
    if (lastResult !== null) {
      this.showStored(lastResult);
      this.completeLater(lastResult.jobId);
    }
    for (const execution of executions) {
      const known = this.find(execution.jobId);
      known?.buffer.clear();
      known?.log.clear();
      this.started(execution);
      this.find(execution.jobId)?.log.markAllShown();
    }
    for (const execution of queued) this.queued(execution);
    if (this.shown.get() === null || this.find(this.shown.get()!) === undefined) {
      this.shown.set(this.all.get().at(-1)?.jobId ?? null);
    }
  }

  async run(request: RunRequest): Promise<void> {
    this.starting.set(true);
    try {
      const jobId = await this.hub.invoke<string>('Run', this.sessionId, request);
      this.own.add(jobId);
      if (this.find(jobId) === undefined) this.add(makeRun(jobId, request.language ?? '', this.me, null, 'queued'));
      this.change(jobId, {
        startedHere: true,
        interactive: request.interactive,
        testCases: request.testCases ?? null,
        terminal: this.find(jobId)?.terminal ?? request.terminal ?? null,
      });
      this.shown.set(jobId);
    } finally {
      this.starting.set(false);
    }
  }

  stop(jobId: string): Promise<void> {
    return this.hub.invoke('Kill', jobId);
  }

  async sendInput(run: Run, data: string): Promise<void> {
    await this.hub.invoke('SendInput', run.jobId, data);
    // As a terminal would.
    run.buffer.echo(data);
    this.touch(run);
  }

  /** The program finds the end of its input. */
  async endInput(run: Run): Promise<void> {
    await this.hub.invoke('SendInput', run.jobId, null);
  }

  /** Keys, as they are typed in a terminal: the terminal itself shows what the program wants shown. */
  sendKeys(jobId: string, data: string): Promise<void> {
    return this.hub.invoke('SendInput', jobId, data);
  }

  async resize(jobId: string, size: TerminalSize): Promise<void> {
    this.change(jobId, { terminal: size });
    await this.hub.invoke('Resize', jobId, size.columns, size.rows);
  }

  /** Empties the view of a run's output; the run itself is not touched. */
  clear(run: Run): void {
    run.buffer.clear();
    run.log.clear();
    this.touch(run);
  }

  /** Shows a run that the server has stored, at first what the history has of it. */
  async open(result: RunResult): Promise<void> {
    if (this.find(result.jobId) === undefined) this.showStored(result);
    this.shown.set(result.jobId);
    await this.complete(result.jobId);
  }

  /** Fetches the result of a run that is shown, where only the beginnings of its texts are here. */
  private async complete(jobId: string): Promise<void> {
    if (this.find(jobId)?.result?.shortened !== true) return;
    const result = await this.wholeResult(jobId);
    const run = this.find(jobId);
    if (run === undefined || run.result?.shortened !== true) return;
    // What was printed before this page's eyes is there already.
    if (run.stored) this.fill(run, result);
    this.change(jobId, { result });
  }

  private completeLater(jobId: string): void {
    this.complete(jobId).catch((error: unknown) => console.warn('The whole result could not be loaded.', error));
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
  }

  private queued({ jobId, language, user, position }: QueuedExecution): void {
    const known = this.find(jobId);
    // News of its place may come after the news of its start.
    if (known !== undefined && known.state !== 'queued') return;
    this.claim(jobId, user);
    if (known === undefined) this.add(makeRun(jobId, language, user, null, 'queued'));
    this.change(jobId, { language, user, position });
    if (known === undefined) this.show(jobId, user);
  }

  private resized({ jobId, columns, rows }: TerminalSize & { jobId: string }): void {
    if (this.find(jobId)?.terminal != null) this.change(jobId, { terminal: { columns, rows } });
  }

  private started(execution: RunningExecution): void {
    const { jobId, language, user, startedAt } = execution;
    const terminal = execution.terminal ?? null;
    this.claim(jobId, user);
    const known = this.find(jobId);
    if (known === undefined) this.add(makeRun(jobId, language, user, startedAt, 'running'));
    else if (known.state !== 'finished') this.change(jobId, { language, user, startedAt, heardAt: known.heardAt ?? Date.now(), state: 'running', position: null });
    if (terminal !== null) this.change(jobId, { terminal });
    for (const piece of execution.output) this.printed({ ...piece, jobId });
    this.show(jobId, user);
  }

  /** What the server tells of a run may come before the answer to the call that asked for it. */
  private claim(jobId: string, user: UserRef): void {
    if (this.starting.get() && user.id === this.me.id) this.own.add(jobId);
  }

  /** Everybody looks at the newest run, but nobody loses sight of a run of their own that still goes on. */
  private show(jobId: string, user: UserRef): void {
    const shown = this.shown.get() === null ? undefined : this.find(this.shown.get()!);
    const busyWithOwn = shown !== undefined && shown.state !== 'finished' && shown.user?.id === this.me.id;
    if (!busyWithOwn || user.id === this.me.id) this.shown.set(jobId);
  }

  // Output that was under way when this page entered comes twice; its offset tells.
  private printed(piece: OutputPiece & { jobId: string; offset?: number }): void {
    const run = this.find(piece.jobId);
    if (run === undefined || run.state === 'finished') return;
    if (piece.testCase != null) {
      // The report shows it when it is there, case by case.
      if (run.testCase !== piece.testCase) this.change(run.jobId, { testCase: piece.testCase });
      return;
    }
    if (run.terminal !== null) {
      run.log.append(piece.phase, piece.stream, piece.data, piece.offset);
      return;
    }
    run.buffer.append(piece.phase, piece.stream, piece.data, piece.offset);
    this.touch(run);
  }

  private finished(result: RunResult): void {
    const run = this.find(result.jobId);
    if (run === undefined) this.showStored(result);
    else this.change(result.jobId, { state: 'finished', result });
    this.completeLater(result.jobId);
  }

  private showStored(result: RunResult): void {
    if (this.find(result.jobId)?.state === 'finished') return;
    const known = this.find(result.jobId);
    const run = known ?? makeRun(result.jobId, result.language, result.executedBy ?? null, result.startedAt ?? null, 'finished');
    const terminal = run.terminal ?? result.terminal ?? null;
    this.fill({ ...run, terminal }, result);
    if (known === undefined) this.add({ ...run, result, terminal, stored: true });
    else this.change(result.jobId, { state: 'finished', result, terminal, stored: true });
  }

  private fill(run: Run, result: RunResult): void {
    if (run.terminal === null) run.buffer.replaceWith(result);
    else run.log.replaceWith(result);
    this.touch(run);
  }

  private find(jobId: string): Run | undefined {
    return this.all.get().find((r) => r.jobId === jobId);
  }

  private add(run: Run): void {
    this.all.update((runs) => [...runs, { ...run, startedHere: this.own.has(run.jobId) }].slice(-MAX_RUNS));
  }

  private change(jobId: string, change: Partial<Run>): void {
    this.all.update((runs) => runs.map((r) => (r.jobId === jobId ? { ...r, ...change } : r)));
  }

  /** Output may come in thousands of pieces a second: it is drawn once a frame. */
  private touch(run: Run): void {
    this.touched.add(run);
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      for (const one of this.touched) one.output.set(one.buffer.get());
      this.touched.clear();
    });
  }
}

function makeRun(jobId: string, language: string, user: UserRef | null, startedAt: string | null, state: Run['state']): Run {
  const buffer = new OutputBuffer();
  return {
    jobId, language, user, startedAt, heardAt: state === 'running' ? Date.now() : null, state, position: null, result: null, interactive: true, terminal: null, startedHere: false, stored: false, testCases: null,
    testCase: null, buffer, output: new Store(buffer.get()), log: new TerminalLog(),
  };
}
