import { request } from '../api';
import type * as api from '../api/schema';
import type { Phase, RunResult, StreamName, UserRef } from '../api/types';

/** An edit, or several of one second that the server has merged. */
export interface Update {
  sequence: number;
  /** Milliseconds since 1970. */
  at: number;
  /** Null for what the server wrote. */
  authorId: string | null;
  /** A Yjs V1 update. */
  data: Uint8Array;
}

export interface UpdatePage {
  updates: readonly Update[];
  /** What to ask for next; null where this is the last page. */
  nextAfter: number | null;
}

/** The document's state as it was at one place of its log. */
export interface Keyframe {
  sequence: number;
  at: number;
  state: Uint8Array;
}

/** Something that happened beside edits. */
export interface RecordedEvent {
  id: string;
  at: number;
  kind: api.EventItem['kind'];
  user: UserRef;
  role: string | null;
  text: string | null;
  run: RecordedRun | null;
}

/** How much of a stream had been printed at a time. */
export interface OutputMark {
  at: number;
  phase: Phase;
  stream: StreamName;
  /** UTF-16 code units from the beginning of the stream. */
  length: number;
}

export interface RecordedRun {
  result: RunResult;
  /** In the order in which it was printed; empty where that was not noted. */
  output: readonly OutputMark[];
  startedAt: number;
  finishedAt: number;
}

export interface RecordingInfo {
  sessionId: string;
  title: string;
  language: string;
  /** When the first thing happened, in milliseconds since 1970. */
  from: number;
  /** When the last thing happened. */
  to: number;
  authors: readonly UserRef[];
}

/** The life of a session, to be replayed: from the server, or from a file. */
export interface Recording {
  readonly info: RecordingInfo;
  /** By time. */
  readonly events: readonly RecordedEvent[];
  /** There were more events than a page can hold. */
  readonly eventsCut: boolean;
  /** The latest state that is known of a time or before it; null for the empty document at the beginning. */
  keyframe(at: number): Promise<Keyframe | null>;
  /** Updates behind a place of the log, in order. */
  updates(after: number): Promise<UpdatePage>;
}

const MAX_EVENTS = 20_000;
const EVENTS_PER_PAGE = 100;
const UPDATES_PER_PAGE = 1000;

/** Opens the recording of a session. The updates are loaded as they are played. */
export async function openRecording(sessionId: string, signal?: AbortSignal): Promise<Recording> {
  const base = `/api/sessions/${encodeURIComponent(sessionId)}/recording`;
  const { recording } = await request<api.RecordingEnvelope>('GET', base, undefined, signal);
  const events: RecordedEvent[] = [];
  let next: string | null = '';
  while (next !== null && events.length < MAX_EVENTS) {
    const query: string = new URLSearchParams({ limit: String(EVENTS_PER_PAGE), ...(next === '' ? {} : { after: next }) }).toString();
    const page: api.EventPage = await request<api.EventPage>('GET', `${base}/events?${query}`, undefined, signal);
    events.push(...page.events.map(eventOf));
    next = page.nextAfter;
  }
  return {
    info: infoOf(recording, events),
    events,
    eventsCut: next !== null,
    keyframe: async (at) => {
      const query = new URLSearchParams({ at: new Date(at).toISOString() });
      const found = await request<api.KeyframeResponse>('GET', `${base}/keyframe?${query}`);
      return found.sequence === 0 ? null : { sequence: found.sequence, at: Date.parse(found.at), state: fromBase64(found.state) };
    },
    updates: async (after) => {
      const query = new URLSearchParams({ after: String(after), limit: String(UPDATES_PER_PAGE) });
      const page = await request<api.UpdatePage>('GET', `${base}/updates?${query}`);
      return { updates: page.updates.map(updateOf), nextAfter: page.nextAfter };
    },
  };
}

/** What the server says of a recording, with the end that its events give: a run ends after it was asked for. */
export function infoOf(recording: api.RecordingResponse, events: readonly RecordedEvent[]): RecordingInfo {
  const times = [recording.from, recording.to].filter((time) => time !== null).map((time) => Date.parse(time));
  for (const event of events) times.push(event.at, event.run?.finishedAt ?? event.at);
  const from = times.reduce((a, b) => Math.min(a, b), Infinity);
  const to = times.reduce((a, b) => Math.max(a, b), -Infinity);
  const { sessionId, title, language, authors } = recording;
  return { sessionId, title, language, authors, from: times.length === 0 ? 0 : from, to: times.length === 0 ? 0 : to };
}

export function updateOf(item: api.UpdateItem): Update {
  return { sequence: item.sequence, at: Date.parse(item.at), authorId: item.authorId, data: fromBase64(item.data) };
}

export function eventOf(item: api.EventItem): RecordedEvent {
  const at = Date.parse(item.at);
  const result = (item.run ?? null) as RunResult | null;
  const startedAt = Date.parse(result?.startedAt ?? item.at);
  return {
    id: item.id,
    at,
    kind: item.kind,
    user: item.user,
    role: item.role ?? null,
    text: item.text ?? null,
    run: result === null ? null : {
      result,
      startedAt,
      finishedAt: Math.max(startedAt, Date.parse(result.finishedAt ?? item.at)),
      output: (item.output ?? []).map((mark) => ({ ...mark, at: startedAt + mark.at })),
    },
  };
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
