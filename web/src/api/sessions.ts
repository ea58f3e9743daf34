import { request } from './index';
import type { Pagination, Participant, Role, RunResult, Session, SessionSettings, SessionSummary } from './types';

export type Scope = 'all' | 'owned' | 'joined' | 'public';

export interface SessionDraft {
  title: string;
  description?: string;
  language: string;
  isPublic: boolean;
  settings?: Partial<SessionSettings>;
}

export interface SessionChange {
  title?: string;
  description?: string;
  isPublic?: boolean;
  settings?: Partial<SessionSettings>;
}

const at = (id: string, rest = '') => `/api/sessions/${encodeURIComponent(id)}${rest}`;

export function listSessions(query: { scope: Scope; q: string; page: number; limit: number }, signal?: AbortSignal) {
  const params = new URLSearchParams({ scope: query.scope, page: String(query.page), limit: String(query.limit) });
  if (query.q !== '') params.set('q', query.q);
  return request<{ sessions: SessionSummary[]; pagination: Pagination }>(
    'GET', `/api/sessions/list?${params}`, undefined, signal);
}

export async function createSession(draft: SessionDraft): Promise<Session> {
  return (await request<{ session: Session }>('POST', '/api/sessions/create', draft)).session;
}

export async function getSession(id: string): Promise<Session> {
  return (await request<{ session: Session }>('GET', at(id))).session;
}

export async function joinSession(id: string, invite: string | null): Promise<Session> {
  const body = invite === null ? {} : { invite };
  return (await request<{ session: Session }>('POST', at(id, '/join'), body)).session;
}

export async function changeSession(id: string, change: SessionChange): Promise<Session> {
  return (await request<{ session: Session }>('PUT', at(id), change)).session;
}

/** Makes a new code; links with the old one stop working. */
export async function resetInvite(id: string): Promise<string> {
  return (await request<{ inviteCode: string }>('POST', at(id, '/invite'), {})).inviteCode;
}

export const deleteSession = (id: string) => request<void>('DELETE', at(id));

export const leaveSession = (id: string) => request<void>('POST', at(id, '/leave'), {});

/** `user` is an id, or `@` and a username; who is not in the session is added. */
export async function setRole(id: string, user: string, role: Role): Promise<Participant> {
  const path = at(id, `/participants/${encodeURIComponent(user)}`);
  return (await request<{ participant: Participant }>('PUT', path, { role })).participant;
}

export const removeParticipant = (id: string, userId: string) =>
  request<void>('DELETE', at(id, `/participants/${encodeURIComponent(userId)}`));

/** The newest first, with the files as they ran. */
export function runHistory(id: string, page: number, limit: number, signal?: AbortSignal) {
  const path = `/api/execute/history/${encodeURIComponent(id)}?${new URLSearchParams({ page: String(page), limit: String(limit) })}`;
  return request<{ executions: RunResult[]; pagination: Pagination }>('GET', path, undefined, signal);
}
