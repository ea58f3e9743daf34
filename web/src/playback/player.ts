import type { FileList } from '../editor/document';
import { Store } from '../lib/store';
import { Replica, type Caret } from './replica';
import type { RecordedEvent, Recording, Update } from './recording';

export const SPEEDS = [0.5, 1, 2, 4, 8, 16] as const;

/** A pause is what is longer than this, in milliseconds of the recording. */
const PAUSE_MS = 3000;
/** What is left of a pause that is skipped. */
const KEPT_OF_PAUSE_MS = 500;
/** A state is kept for going back to after so many updates. */
const CHECKPOINT_EVERY = 1000;
/** Updates in memory; what has been played is dropped beyond it. */
const MAX_WINDOW_BYTES = 64 * 1024 * 1024;
/** From here on going forward by keyframe may be shorter than by all updates. */
const FAR_MS = 60_000;

/** The documents at the moment that is shown. A new object with each change. */
export interface Scene {
  files: FileList;
  text: (path: string) => string;
  carets: (path: string) => readonly Caret[];
  /** Who edited last, and which file. */
  latest: { authorId: string; path: string } | null;
}

interface Checkpoint {
  /** How many updates of the window are in the state. */
  count: number;
  state: Uint8Array | null;
}

/** What the player needs of the browser. */
export interface Clock {
  now: () => number;
  nextFrame: (callback: () => void) => number;
  cancelFrame: (id: number) => void;
}

const browserClock: Clock = {
  now: () => performance.now(),
  nextFrame: (callback) => requestAnimationFrame(callback),
  cancelFrame: (id) => cancelAnimationFrame(id),
};

const NOTHING: Scene = { files: { paths: [], entry: null, language: null }, text: () => '', carets: () => [], latest: null };

/**
 * Replays a recording. The document at a time is made of the nearest earlier state and the updates behind it: a stretch
 * of the log is in memory, and grows at its end while it is played.
 */
export class Player {
  /** The moment that is shown, in milliseconds since 1970. */
  readonly time: Store<number>;
  readonly scene = new Store<Scene>(NOTHING);
  readonly playing = new Store(false);
  readonly speed = new Store<number>(1);
  readonly skipsPauses = new Store(true);
  /** The moment that was asked for is not there yet. */
  readonly loading = new Store(false);
  readonly failure = new Store<unknown>(null);

  private updates: Update[] = [];
  private checkpoints: Checkpoint[] = [{ count: 0, state: null }];
  private windowBytes = 0;
  /** What the window begins behind, and the time from which on it is known. */
  private base = 0;
  private baseAt = -Infinity;
  private nextAfter: number | null = 0;
  private replica = new Replica(null);
  private applied = 0;
  private target: number;
  private moving: Promise<void> | null = null;
  private frame = 0;
  private lastFrame = 0;
  private destroyed = false;
  private readonly moments: readonly number[];

  constructor(private readonly recording: Recording, private readonly clock: Clock = browserClock) {
    this.time = new Store(recording.info.from);
    this.target = recording.info.from;
    const moments = recording.events.flatMap(({ at, run }) => (run === null ? [at] : [run.startedAt, ...run.output.map((mark) => mark.at), run.finishedAt]));
    this.moments = moments.sort((a, b) => a - b);
    void this.seek(recording.info.from);
  }

  /** Shows another moment. Completes when it is shown, or one that was asked for after it. */
  seek(time: number): Promise<void> {
    this.target = Math.min(Math.max(time, this.recording.info.from), this.recording.info.to);
    this.moving ??= this.move().finally(() => {
      this.moving = null;
    });
    return this.moving;
  }

  play(): void {
    if (this.playing.get() || this.destroyed) return;
    if (this.target >= this.recording.info.to) void this.seek(this.recording.info.from);
    this.failure.set(null);
    this.playing.set(true);
    this.lastFrame = this.clock.now();
    this.frame = this.clock.nextFrame(this.onFrame);
  }

  pause(): void {
    this.playing.set(false);
    this.clock.cancelFrame(this.frame);
  }

  toggle(): void {
    if (this.playing.get()) this.pause();
    else this.play();
  }

  /** The next event after the moment that is shown, or the one before it. */
  neighbour(step: 1 | -1): RecordedEvent | null {
    const { events } = this.recording;
    const now = this.target;
    return (step > 0 ? events.find((event) => event.at > now) : events.findLast((event) => event.at < now)) ?? null;
  }

  destroy(): void {
    this.destroyed = true;
    this.pause();
    this.replica.destroy();
  }

  private readonly onFrame = (): void => {
    if (!this.playing.get()) return;
    const now = this.clock.now();
    const elapsed = now - this.lastFrame;
    this.lastFrame = now;
    // While something is being loaded, time stands still.
    if (this.moving === null) {
      if (this.failure.get() !== null) return this.pause();
      void this.seek(this.afterPause(this.target + elapsed * this.speed.get()));
      if (this.target >= this.recording.info.to) return this.pause();
    }
    this.frame = this.clock.nextFrame(this.onFrame);
  };

  private afterPause(time: number): number {
    const next = this.skipsPauses.get() ? this.nextActivity() : null;
    return next !== null && next - time > PAUSE_MS ? next - KEPT_OF_PAUSE_MS : time;
  }

  /** When something happens next; null where that is not known yet. */
  private nextActivity(): number | null {
    const update = this.updates[this.applied];
    if (update === undefined && this.nextAfter !== null) return null;
    const moment = this.moments[countUpTo(this.moments, this.target, (at) => at)] ?? this.recording.info.to;
    return Math.min(update?.at ?? Infinity, moment);
  }

  private async move(): Promise<void> {
    try {
      let shown: number;
      do {
        shown = this.target;
        await this.moveTo(shown);
      } while (shown !== this.target && !this.destroyed);
    } catch (error) {
      this.failure.set(error);
    } finally {
      this.loading.set(false);
    }
  }

  private async moveTo(time: number): Promise<void> {
    // Synchronous where all is there, so that playing does not wait for anything.
    if (!this.isInWindow(time)) {
      this.loading.set(true);
      await this.loadAround(time);
    }
    while (!this.reaches(time)) {
      this.loading.set(true);
      await this.loadNext();
    }
    if (this.destroyed || time !== this.target) return;
    const changed = this.applyUpTo(time);
    this.failure.set(null);
    this.time.set(time);
    if (changed || this.scene.get() === NOTHING) this.show();
  }

  /** The window has its beginning before the time, and is near it. */
  private isInWindow(time: number): boolean {
    return time >= this.baseAt && (this.reaches(time) || time - this.windowEnd() < FAR_MS);
  }

  private windowEnd(): number {
    return this.updates.at(-1)?.at ?? Math.max(this.baseAt, this.recording.info.from);
  }

  private reaches(time: number): boolean {
    return this.nextAfter === null || this.windowEnd() > time;
  }

  private async loadAround(time: number): Promise<void> {
    const keyframe = await this.recording.keyframe(time);
    const sequence = keyframe?.sequence ?? 0;
    // Nothing nearer than what is here already, which only has to grow.
    if (time >= this.baseAt && sequence >= this.base && sequence <= (this.updates.at(-1)?.sequence ?? this.base)) return;
    this.startWindow(sequence, keyframe?.at ?? -Infinity, keyframe?.state ?? null);
  }

  private async loadNext(): Promise<void> {
    const after = this.nextAfter!;
    const page = await this.recording.updates(after);
    if (after !== this.nextAfter) return;
    let last = this.updates.at(-1)?.at ?? -Infinity;
    for (const update of page.updates) {
      // The server's clock may have been set back; time only goes forward here.
      last = Math.max(last, update.at);
      this.updates.push({ ...update, at: last });
      this.windowBytes += update.data.length;
    }
    this.nextAfter = page.nextAfter;
    if (this.windowBytes > MAX_WINDOW_BYTES && this.applied > 0) this.dropApplied();
  }

  private dropApplied(): void {
    const state = this.replica.encode();
    const rest = this.updates.slice(this.applied);
    this.base = this.updates[this.applied - 1]!.sequence;
    this.baseAt = this.updates[this.applied - 1]!.at;
    this.updates = rest;
    this.windowBytes = rest.reduce((sum, update) => sum + update.data.length, 0);
    this.checkpoints = [{ count: 0, state }];
    this.applied = 0;
  }

  private startWindow(base: number, at: number, state: Uint8Array | null): void {
    this.base = base;
    this.baseAt = at;
    this.nextAfter = base;
    this.updates = [];
    this.windowBytes = 0;
    this.checkpoints = [{ count: 0, state }];
    this.rewindTo(this.checkpoints[0]!);
  }

  private rewindTo(checkpoint: Checkpoint): void {
    this.replica.destroy();
    this.replica = new Replica(checkpoint.state);
    this.applied = checkpoint.count;
  }

  /** Returns whether the document is another one now. */
  private applyUpTo(time: number): boolean {
    const count = countUpTo(this.updates, time, (update) => update.at);
    const before = this.applied;
    const replica = this.replica;
    const checkpoint = this.checkpoints.findLast((candidate) => candidate.count <= count)!;
    if (count < this.applied || checkpoint.count > this.applied) this.rewindTo(checkpoint);
    while (this.applied < count) {
      this.replica.apply(this.updates[this.applied]!);
      this.applied++;
      const last = this.checkpoints.at(-1)!;
      if (this.applied - last.count >= CHECKPOINT_EVERY) this.checkpoints.push({ count: this.applied, state: this.replica.encode() });
    }
    return before !== this.applied || replica !== this.replica;
  }

  private show(): void {
    const { replica } = this;
    this.scene.set({
      files: replica.files(),
      text: (path) => replica.text(path),
      carets: (path) => replica.carets(path),
      latest: replica.latest,
    });
  }
}

/** How many items of a list, which is in order, are not after a place. */
export function countUpTo<T>(items: readonly T[], place: number, placeOf: (item: T) => number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (placeOf(items[middle]!) <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}
