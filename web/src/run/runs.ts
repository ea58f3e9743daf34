import type { OutputPiece, RunningExecution, RunResult, UserRef } from '../api/types';
import { Store } from '../lib/store';
import type { SessionHub } from '../session/hub';
import { OutputBuffer, type Output } from './outputBuffer';

export interface RunRequest {
  language?: string;
  entry?: string;
  stdin?: string;
  args?: string[];
  /** Its input stays open for what is typed while it runs. */
  interactive: boolean;
}

/** A run as the page shows it. Immutable but for its output, which has a store of its own. */
export interface Run {
  jobId: string;
  language: string;
  user: UserRef | null;
  startedAt: string | null;
  state: 'queued' | 'running' | 'finished';
  result: RunResult | null;
  /** It may read what is typed while it runs. */
  interactive: boolean;
  buffer: OutputBuffer;
  output: Store<Output>;
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

  constructor(private readonly sessionId: string, private readonly me: UserRef, private readonly hub: SessionHub) {}

  readonly events = {
    ExecutionStarted: (e: { jobId: string; language: string; user: UserRef; startedAt: string }) =>
      this.started({ ...e, output: [] }),
    ExecutionOutput: (e: OutputPiece & { jobId: string; offset: number }) => this.printed(e),
    ExecutionFinished: (e: RunResult) => this.finished(e),
  };

  /** After entering, also again: the server tells what runs now, with its output so far, and what ended last. */
  entered(executions: readonly RunningExecution[], lastResult: RunResult | null): void {
    const running = new Set(executions.map((e) => e.jobId));
    // What ended while the connection was away has no result here, unless it is the last one.
    this.all.update((runs) => runs.filter((r) => r.state === 'finished' || running.has(r.jobId) || r.jobId === lastResult?.jobId));
    if (lastResult !== null) this.showStored(lastResult);
    for (const execution of executions) {
      this.find(execution.jobId)?.buffer.clear();
      this.started(execution);
    }
    if (this.shown.get() === null || this.find(this.shown.get()!) === undefined) {
      this.shown.set(this.all.get().at(-1)?.jobId ?? null);
    }
  }

  async run(request: RunRequest): Promise<void> {
    this.starting.set(true);
    try {
      const jobId = await this.hub.invoke<string>('Run', this.sessionId, request);
      if (this.find(jobId) === undefined) this.add(makeRun(jobId, request.language ?? '', this.me, null, 'queued'));
      this.change(jobId, { interactive: request.interactive });
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

  /** Empties the view of a run's output; the run itself is not touched. */
  clear(run: Run): void {
    run.buffer.clear();
    this.touch(run);
  }

  /** Shows a run that the server has stored. */
  open(result: RunResult): void {
    if (this.find(result.jobId) === undefined) this.showStored(result);
    this.shown.set(result.jobId);
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
  }

  private started(execution: RunningExecution): void {
    const { jobId, language, user, startedAt } = execution;
    const known = this.find(jobId);
    if (known === undefined) this.add(makeRun(jobId, language, user, startedAt, 'running'));
    else if (known.state !== 'finished') this.change(jobId, { language, user, startedAt, state: 'running' });
    for (const piece of execution.output) this.printed({ ...piece, jobId });
    // Everybody looks at the newest run, but nobody loses sight of a run of their own that still goes on.
    const shown = this.shown.get() === null ? undefined : this.find(this.shown.get()!);
    const busyWithOwn = shown !== undefined && shown.state !== 'finished' && shown.user?.id === this.me.id;
    if (!busyWithOwn || user.id === this.me.id) this.shown.set(jobId);
  }

  // Output that was under way when this page entered comes twice; its offset tells.
  private printed(piece: OutputPiece & { jobId: string; offset?: number }): void {
    const run = this.find(piece.jobId);
    if (run === undefined || run.state === 'finished') return;
    run.buffer.append(piece.phase, piece.stream, piece.data, piece.offset);
    this.touch(run);
  }

  private finished(result: RunResult): void {
    const run = this.find(result.jobId);
    if (run === undefined) this.showStored(result);
    else this.change(result.jobId, { state: 'finished', result });
  }

  private showStored(result: RunResult): void {
    if (this.find(result.jobId)?.state === 'finished') return;
    const known = this.find(result.jobId);
    const run = known ?? makeRun(result.jobId, result.language, result.executedBy ?? null, result.startedAt ?? null, 'finished');
    run.buffer.replaceWith(result);
    this.touch(run);
    if (known === undefined) this.add({ ...run, result });
    else this.change(result.jobId, { state: 'finished', result });
  }

  private find(jobId: string): Run | undefined {
    return this.all.get().find((r) => r.jobId === jobId);
  }

  private add(run: Run): void {
    this.all.update((runs) => [...runs, run].slice(-MAX_RUNS));
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
  return { jobId, language, user, startedAt, state, result: null, interactive: true, buffer, output: new Store(buffer.get()) };
}
