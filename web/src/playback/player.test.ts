import { describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { Player, type Clock } from './player';
import type { Keyframe, RecordedEvent, Recording, Update } from './recording';

vi.mock('../api', () => ({ request: () => Promise.reject(new Error('No server here.')) }));

const START = 1_700_000_000_000;
const FILE = 'main.py';

/** What one person types, an edit each second; and a pause before some edits. */
function record(words: readonly string[], pauses: Record<number, number> = {}): { updates: Update[]; keyframeAfter: (count: number) => Keyframe } {
  const doc = new Y.Doc();
  const updates: Update[] = [];
  let at = START;
  doc.on('update', (data: Uint8Array) => updates.push({ sequence: updates.length + 1, at, authorId: 'ada', data }));
  doc.getMap('files').set(FILE, new Y.Text());
  const text = doc.getMap('files').get(FILE) as Y.Text;
  words.forEach((word, i) => {
    at += 1000 + (pauses[i] ?? 0);
    text.insert(text.length, word);
  });
  return {
    updates,
    keyframeAfter: (count) => {
      const copy = new Y.Doc();
      for (const update of updates.slice(0, count)) Y.applyUpdate(copy, update.data);
      return { sequence: count, at: updates[count - 1]!.at, state: Y.encodeStateAsUpdate(copy) };
    },
  };
}

function recordingOf(updates: readonly Update[], { page = 4, keyframes = [] as Keyframe[], events = [] as RecordedEvent[] } = {}) {
  const asked: number[] = [];
  const to = Math.max(updates.at(-1)!.at, ...events.map((event) => event.at));
  const recording: Recording = {
    info: { sessionId: 's', title: 't', language: 'python', from: START, to, authors: [{ id: 'ada', username: 'ada' }] },
    events,
    eventsCut: false,
    keyframe: (at) => Promise.resolve(keyframes.findLast((keyframe) => keyframe.at <= at) ?? null),
    updates: (after) => {
      asked.push(after);
      const rest = updates.filter((update) => update.sequence > after);
      const found = rest.slice(0, page);
      return Promise.resolve({ updates: found, nextAfter: rest.length > page ? found.at(-1)!.sequence : null });
    },
  };
  return { recording, asked };
}

/** A clock that goes on when a test says so. */
class TestClock implements Clock {
  private time = 0;
  private callback: (() => void) | null = null;

  readonly now = () => this.time;

  readonly nextFrame = (callback: () => void) => {
    this.callback = callback;
    return 1;
  };

  readonly cancelFrame = () => {
    this.callback = null;
  };

  /** A frame after so many milliseconds, and what follows from it. */
  async frame(ms: number): Promise<void> {
    this.time += ms;
    const callback = this.callback;
    this.callback = null;
    callback?.();
    for (let i = 0; i < 20; i++) await Promise.resolve();
  }
}

const words = Array.from({ length: 12 }, (_, i) => `${i} `);
const textAfter = (count: number) => words.slice(0, count).join('');

describe('Player', () => {
  it('shows the text of any moment, forwards and backwards', async () => {
    const { recording } = recordingOf(record(words).updates);
    const player = new Player(recording, new TestClock());
    for (const second of [0, 3, 12, 5, 4, 11, 1, 0]) {
      await player.seek(START + second * 1000);
      expect(player.scene.get().text(FILE)).toBe(textAfter(second));
      await player.seek(START + second * 1000 + 999);
      expect(player.scene.get().text(FILE)).toBe(textAfter(second));
    }
    expect(player.failure.get()).toBeNull();
  });

  it('stays between the beginning and the end', async () => {
    const { recording } = recordingOf(record(words).updates);
    const player = new Player(recording, new TestClock());
    await player.seek(START - 1000);
    expect(player.time.get()).toBe(START);
    await player.seek(START + 1_000_000);
    expect(player.time.get()).toBe(recording.info.to);
    expect(player.scene.get().text(FILE)).toBe(textAfter(12));
  });

  it('goes far by a keyframe, and back before it', async () => {
    const made = record(words, { 6: 3_600_000 });
    const { recording, asked } = recordingOf(made.updates, { page: 2, keyframes: [made.keyframeAfter(9)] });
    const player = new Player(recording, new TestClock());
    await player.seek(START);
    asked.length = 0;
    await player.seek(recording.info.to - 1000);
    expect(player.scene.get().text(FILE)).toBe(textAfter(11));
    expect(asked[0]).toBe(9);
    await player.seek(START + 2000);
    expect(player.scene.get().text(FILE)).toBe(textAfter(2));
    await player.seek(recording.info.to);
    expect(player.scene.get().text(FILE)).toBe(textAfter(12));
  });

  it('shows the moment that was asked for last', async () => {
    const { recording } = recordingOf(record(words).updates, { page: 1 });
    const player = new Player(recording, new TestClock());
    void player.seek(START + 9000);
    void player.seek(START + 2000);
    await player.seek(START + 7000);
    expect(player.time.get()).toBe(START + 7000);
    expect(player.scene.get().text(FILE)).toBe(textAfter(7));
  });

  it('plays at the chosen speed and stops at the end', async () => {
    const { recording } = recordingOf(record(words).updates, { page: 100 });
    const clock = new TestClock();
    const player = new Player(recording, clock);
    await player.seek(START);
    player.speed.set(2);
    player.play();
    await clock.frame(1000);
    expect(player.scene.get().text(FILE)).toBe(textAfter(2));
    player.speed.set(0.5);
    await clock.frame(2000);
    expect(player.scene.get().text(FILE)).toBe(textAfter(3));
    player.speed.set(16);
    await clock.frame(1000);
    expect(player.playing.get()).toBe(false);
    expect(player.scene.get().text(FILE)).toBe(textAfter(12));
    player.play();
    await clock.frame(0);
    expect(player.scene.get().text(FILE)).toBe('');
  });

  it('skips pauses, unless something else happens in them or it is told not to', async () => {
    const { updates } = record(words, { 2: 600_000 });
    const message: RecordedEvent = { id: 'm', at: START + 300_000, kind: 'message', user: { id: 'ada', username: 'ada' }, role: null, text: 'hm', run: null };
    const { recording } = recordingOf(updates, { page: 100, events: [message] });
    const clock = new TestClock();
    const player = new Player(recording, clock);
    await player.seek(START + 2000);
    player.play();
    await clock.frame(100);
    expect(player.time.get()).toBe(message.at - 500);
    await clock.frame(600);
    await clock.frame(100);
    expect(player.time.get()).toBe(updates[3]!.at - 500);
    player.skipsPauses.set(false);
    await player.seek(START + 2000);
    await clock.frame(100);
    expect(player.time.get()).toBe(START + 2100);
  });

  it('finds the events before and after', async () => {
    const event = (id: string, second: number): RecordedEvent =>
      ({ id, at: START + second * 1000, kind: 'joined', user: { id: 'ada', username: 'ada' }, role: null, text: null, run: null });
    const { recording } = recordingOf(record(words).updates, { events: [event('a', 2), event('b', 5)] });
    const player = new Player(recording, new TestClock());
    await player.seek(START + 3000);
    expect(player.neighbour(1)?.id).toBe('b');
    expect(player.neighbour(-1)?.id).toBe('a');
    await player.seek(START + 5000);
    expect(player.neighbour(1)).toBeNull();
    expect(player.neighbour(-1)?.id).toBe('a');
  });

  it('shows who typed, and where', async () => {
    const { recording } = recordingOf(record(words).updates);
    const player = new Player(recording, new TestClock());
    await player.seek(START + 3000);
    expect(player.scene.get().carets(FILE)).toEqual([{ authorId: 'ada', path: FILE, index: textAfter(3).length }]);
    expect(player.scene.get().latest).toEqual({ authorId: 'ada', path: FILE });
    expect(player.scene.get().files.paths).toEqual([FILE]);
  });

  it('says when a moment cannot be loaded, and goes on when it can', async () => {
    const { recording } = recordingOf(record(words).updates);
    let broken = true;
    const player = new Player({ ...recording, updates: (after) => (broken ? Promise.reject(new Error('gone')) : recording.updates(after)) }, new TestClock());
    await player.seek(START + 1000);
    expect(player.failure.get()).toEqual(new Error('gone'));
    broken = false;
    await player.seek(START + 4000);
    expect(player.failure.get()).toBeNull();
    expect(player.scene.get().text(FILE)).toBe(textAfter(4));
  });

  it('does not go back where the clock of the server did', async () => {
    const { updates } = record(words);
    updates[6] = { ...updates[6]!, at: START };
    const { recording } = recordingOf(updates);
    const player = new Player(recording, new TestClock());
    await player.seek(START + 4500);
    expect(player.scene.get().text(FILE)).toBe(textAfter(4));
    await player.seek(recording.info.to);
    expect(player.scene.get().text(FILE)).toBe(textAfter(12));
  });
});
