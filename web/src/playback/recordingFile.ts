import type * as api from '../api/schema';
import { countUpTo } from './player';
import { eventOf, infoOf, updateOf, type RecordedEvent, type Recording, type Update } from './recording';

const FORMAT = 'codecrafter-recording';
const VERSION = 1;

/** Characters of the file when it is unpacked. */
const MAX_CHARS = 512 * 1024 * 1024;
const UPDATES_PER_PAGE = 1000;

/** A file that is no recording, or not one that this page can read. */
export class RecordingFileError extends Error {}

/** Reads a recording that was downloaded: lines of JSON, compressed by gzip. docs/API.md describes the format. */
export async function readRecordingFile(file: Blob): Promise<Recording> {
  const updates: Update[] = [];
  const events: RecordedEvent[] = [];
  let header: api.RecordingResponse | null = null;
  let ended = false;
  for await (const line of linesOf(file)) {
    if (ended) throw new RecordingFileError('There is something behind the end of the recording.');
    const item = parse(line);
    if (header === null) header = headerOf(item);
    else if (isObject(item.update)) updates.push(checkedUpdate(item.update, updates.at(-1)));
    else if (isObject(item.event)) events.push(checkedEvent(item.event));
    else if (isObject(item.end)) ended = checkEnd(item.end, updates.length, events.length);
    // Other lines are of a later version, which says nothing that this one needs.
  }
  if (header === null) throw new RecordingFileError('The file is empty.');
  if (!ended) throw new RecordingFileError('The file is not complete: its end is missing.');
  events.sort((a, b) => a.at - b.at);
  return inMemory(header, updates, events);
}

function inMemory(header: api.RecordingResponse, updates: readonly Update[], events: readonly RecordedEvent[]): Recording {
  return {
    info: infoOf(header, events),
    events,
    eventsCut: false,
    keyframe: () => Promise.resolve(null),
    updates: (after) => {
      const start = countUpTo(updates, after, (update) => update.sequence);
      const page = updates.slice(start, start + UPDATES_PER_PAGE);
      return Promise.resolve({ updates: page, nextAfter: start + page.length < updates.length ? page.at(-1)!.sequence : null });
    },
  };
}

async function* linesOf(file: Blob): AsyncGenerator<string> {
  const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let total = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw new RecordingFileError('The file is no recording, or it is damaged.');
      });
      if (done) break;
      total += value.length;
      if (total > MAX_CHARS) throw new RecordingFileError('The recording is too large for this page.');
      const lines = (rest + value).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  if (rest !== '') yield rest;
}

type Line = Record<string, unknown>;

function isObject(value: unknown): value is Line {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(line: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RecordingFileError('The file is no recording, or it is damaged.');
  }
  if (!isObject(value)) throw new RecordingFileError('The file is no recording.');
  return value;
}

function headerOf(line: Line): api.RecordingResponse {
  const { format, version, recording } = line;
  if (format !== FORMAT || typeof version !== 'number') throw new RecordingFileError('The file is no recording.');
  if (version > VERSION) throw new RecordingFileError(`The recording has the format ${version}; this page reads up to ${VERSION}. Use a newer server.`);
  if (!isObject(recording) || typeof recording.title !== 'string' || !Array.isArray(recording.authors)) {
    throw new RecordingFileError('The recording does not say what it is of.');
  }
  return recording as unknown as api.RecordingResponse;
}

function checkedUpdate(item: Line, before: Update | undefined): Update {
  if (typeof item.sequence !== 'number' || typeof item.at !== 'string' || typeof item.data !== 'string') {
    throw new RecordingFileError('The recording has an edit that cannot be read.');
  }
  let update: Update;
  try {
    update = updateOf(item as unknown as api.UpdateItem);
  } catch {
    throw new RecordingFileError('The recording has an edit that cannot be read.');
  }
  if (Number.isNaN(update.at) || (before !== undefined && update.sequence <= before.sequence)) {
    throw new RecordingFileError('The edits of the recording are not in order.');
  }
  return update;
}

function checkedEvent(item: Line): RecordedEvent {
  const { id, at, kind, user } = item;
  const known = typeof id === 'string' && typeof at === 'string' && typeof kind === 'string'
    && isObject(user) && typeof user.id === 'string' && typeof user.username === 'string'
    && (kind !== 'run' || (isObject(item.run) && isObject(item.run.status))) && (item.text === undefined || typeof item.text === 'string');
  const event = known ? eventOf(item as unknown as api.EventItem) : null;
  if (event === null || Number.isNaN(event.at)) throw new RecordingFileError('The recording has an event that cannot be read.');
  return event;
}

function checkEnd(end: Line, updates: number, events: number): true {
  if (end.updates !== updates || end.events !== events) throw new RecordingFileError('The file is not complete: parts of it are missing.');
  return true;
}
