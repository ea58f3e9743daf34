import { request } from './index';
import type { Invitation, Pagination, Participant, Role, RunResult, Session, SessionSettings, SessionSummary } from './types';

export type Scope = 'all' | 'owned' | 'joined' | 'public' | 'deleted';

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
  language?: string;
  isPublic?: boolean;
  settings?: Partial<SessionSettings>;
}

export interface ListQuery {
  scope: Scope;
  q: string;
  /** A language's id; all languages where it is empty. */
  language: string;
  page: number;
  limit: number;
}

const at = (id: string, rest = '') => `/api/sessions/${encodeURIComponent(id)}${rest}`;

export function listSessions({ scope, q, language, page, limit }: ListQuery, signal?: AbortSignal) {
  const params = new URLSearchParams({ scope, page: String(page), limit: String(limit) });
  if (q !== '') params.set('q', q);
  if (language !== '') params.set('language', language);
  return request<{ sessions: SessionSummary[]; pagination: Pagination }>('GET', `/api/sessions/list?${params}`, undefined, signal);
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

/** With a `version`, only if it is still that one: else an ApiError 412, and nothing is changed. */
export async function changeSession(id: string, change: SessionChange, version?: number): Promise<Session> {
  const ifMatch = version === undefined ? undefined : `"${version}"`;
  return (await request<{ session: Session }>('PUT', at(id), change, undefined, ifMatch)).session;
}

/** Makes a new code; links with the old one stop working. */
export async function resetInvite(id: string): Promise<string> {
  return (await request<{ inviteCode: string }>('POST', at(id, '/invite'), {})).inviteCode;
}

export const deleteSession = (id: string) => request<void>('DELETE', at(id));

/** Brings back a session that was deleted. */
export const restoreSession = (id: string) => request<void>('POST', at(id, '/restore'), {});

/** A new session of the caller's own, with the files and settings of this one. */
export async function forkSession(id: string, title: string): Promise<Session> {
  return (await request<{ session: Session }>('POST', at(id, '/fork'), { title })).session;
}

/** Makes another participant the owner; the caller becomes an admin. */
export async function transferSession(id: string, userId: string): Promise<Session> {
  return (await request<{ session: Session }>('POST', at(id, '/transfer'), { userId })).session;
}

export const leaveSession = (id: string) => request<void>('POST', at(id, '/leave'), {});

/** `user` is an id, or `@` and a username; who is not in the session is added. */
export async function setRole(id: string, user: string, role: Role): Promise<Participant> {
  const path = at(id, `/participants/${encodeURIComponent(user)}`);
  return (await request<{ participant: Participant }>('PUT', path, { role })).participant;
}

export const removeParticipant = (id: string, userId: string) =>
  request<void>('DELETE', at(id, `/participants/${encodeURIComponent(userId)}`));

export interface InvitationDraft {
  role: Role;
  /** Never where it is left out. */
  expiresAt?: string;
  /** Any number where it is left out. */
  maxUses?: number;
}

export async function listInvitations(id: string, signal?: AbortSignal): Promise<Invitation[]> {
  return (await request<{ invitations: Invitation[] }>('GET', at(id, '/invitations'), undefined, signal)).invitations;
}

/** The token is in this answer and nowhere else. */
export const createInvitation = (id: string, draft: InvitationDraft) =>
  request<{ invitation: Invitation; token: string }>('POST', at(id, '/invitations'), draft);

export const revokeInvitation = (id: string, invitationId: string) =>
  request<void>('DELETE', at(id, `/invitations/${encodeURIComponent(invitationId)}`));

/** Makes the public link anew; an earlier one stops working. The token is not shown again. */
export async function makePublicLink(id: string): Promise<string> {
  return (await request<{ token: string }>('POST', at(id, '/public-link'), {})).token;
}

export const removePublicLink = (id: string) => request<void>('DELETE', at(id, '/public-link'));

/** The newest first, with the files as they ran. */
export function runHistory(id: string, page: number, limit: number, signal?: AbortSignal) {
  const path = `/api/execute/history/${encodeURIComponent(id)}?${new URLSearchParams({ page: String(page), limit: String(limit) })}`;
  return request<{ executions: RunResult[]; pagination: Pagination }>('GET', path, undefined, signal);
}
