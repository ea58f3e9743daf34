import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { readRecordingFile, RecordingFileError } from './recordingFile';

vi.mock('../api', () => ({ request: () => Promise.reject(new Error('No server here.')) }));

const at = (second: number) => new Date(1_700_000_000_000 + second * 1000).toISOString();
const recording = { sessionId: 's', title: 'Interview', language: 'python', from: at(0), to: at(2), updates: 2, updateBytes: 4, lastSequence: 5, authors: [] };
const header = { format: 'codecrafter-recording', version: 1, exportedAt: at(9), recording };
const user = { id: 'u', username: 'ada' };
const update = (sequence: number, second: number) => ({ update: { sequence, at: at(second), authorId: null, data: 'AAA=' } });
const message = { event: { id: 'm', at: at(3), kind: 'message', user, text: 'hello' } };
const lines = [header, update(1, 0), update(5, 2), message, { end: { updates: 2, events: 1 } }];

const file = (content: readonly unknown[], change = (bytes: Buffer) => bytes) =>
  new Blob([new Uint8Array(change(gzipSync(content.map((line) => `${JSON.stringify(line)}\n`).join(''))))]);

describe('readRecordingFile', () => {
  it('reads updates, events and what they are of', async () => {
    const found = await readRecordingFile(file(lines));
    expect(found.info).toMatchObject({ title: 'Interview', from: Date.parse(at(0)), to: Date.parse(at(3)) });
    expect(found.events.map((event) => [event.kind, event.text])).toEqual([['message', 'hello']]);
    expect(await found.updates(0)).toMatchObject({ updates: [{ sequence: 1, data: new Uint8Array([0, 0]) }, { sequence: 5 }], nextAfter: null });
    expect((await found.updates(1)).updates.map((one) => one.sequence)).toEqual([5]);
    expect(await found.keyframe(Date.parse(at(2)))).toBeNull();
  });

  it('passes over lines that it does not know', async () => {
    const found = await readRecordingFile(file([...lines.slice(0, 3), { cursor: { at: at(1) } }, ...lines.slice(3)]));
    expect(found.events).toHaveLength(1);
  });

  it.each<[string, Blob]>([
    ['is empty', file([])],
    ['is not compressed', new Blob([JSON.stringify(header)])],
    ['is cut off', file(lines, (bytes) => bytes.subarray(0, bytes.length - 12))],
    ['has no end', file(lines.slice(0, 4))],
    ['lacks a line', file([...lines.slice(0, 2), ...lines.slice(3)])],
    ['is something else', file([{ format: 'other', version: 1 }])],
    ['is of a later format', file([{ ...header, version: 2 }, ...lines.slice(1)])],
    ['is no JSON', new Blob([new Uint8Array(gzipSync('hello\n'))])],
    ['is a list', file([[]])],
    ['has updates out of order', file([header, update(5, 0), update(1, 1), message, { end: { updates: 2, events: 1 } }])],
    ['has an update that is no base64', file([header, { update: { sequence: 1, at: at(0), authorId: null, data: '!' } }, { end: { updates: 1, events: 0 } }])],
    ['has an event without its user', file([header, { event: { id: 'm', at: at(0), kind: 'message' } }, { end: { updates: 0, events: 1 } }])],
    ['has an event at no time', file([header, { event: { id: 'm', at: 'soon', kind: 'left', user } }, { end: { updates: 0, events: 1 } }])],
    ['goes on behind its end', file([...lines, message])],
  ])('refuses a file that %s', async (_, blob) => {
    await expect(readRecordingFile(blob)).rejects.toThrow(RecordingFileError);
  });
});
