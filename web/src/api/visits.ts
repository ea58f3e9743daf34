import { UnreachableError, problemOf } from './problem';
import type { Session, SessionPreview, UserRef, Visit as VisitReply } from './types';
import { accessOf, Visit, type Access } from './visit';

/** What a link opens, for one who has no account here or has not signed in. */
export const previewSession = (id: string, invite: string | null) =>
  post<SessionPreview>(id, 'preview', invite === null ? {} : { invite });

/** Comes in as a guest, who is remembered by this tab until the seat ends. */
export async function comeAsGuest(id: string, name: string, invite: string | null): Promise<Visit> {
  const reply = await post<VisitReply>(id, 'guests', invite === null ? { name } : { name, invite });
  const access = accessOf(reply, Date.now());
  remember(id, { user: reply.user, access });
  return guest(id, reply.user, access);
}

/** Reads by the public link. */
export async function readByLink(id: string, token: string): Promise<{ visit: Visit; session: Session }> {
  const ask = () => post<VisitReply>(id, 'read', { token });
  const reply = await ask();
  return { visit: new Visit('reader', id, reply.user, accessOf(reply, Date.now()), ask), session: reply.session };
}

/** The guest that this tab has been in a session before it was reloaded. */
export function rememberedGuest(id: string): Visit | null {
  try {
    const stored = JSON.parse(sessionStorage.getItem(keyOf(id)) ?? 'null') as Remembered | null;
    return stored === null || stored.access.expiresAt <= Date.now() ? null : guest(id, stored.user, stored.access);
  } catch {
    // No storage, or something else in it: then nobody is remembered.
    return null;
  }
}

export function forgetGuest(id: string): void {
  try {
    sessionStorage.removeItem(keyOf(id));
  } catch {
    // Without storage there is nothing to forget.
  }
}

interface Remembered {
  user: UserRef;
  access: Access;
}

const keyOf = (id: string) => `codecrafter-guest/${id}`;

function guest(id: string, user: UserRef, access: Access): Visit {
  return new Visit('guest', id, user, access, null);
}

function remember(id: string, stored: Remembered): void {
  try {
    sessionStorage.setItem(keyOf(id), JSON.stringify(stored));
  } catch {
    // Reloading the page then asks for a name again.
  }
}

/** These calls carry no login, not even where there is one. */
async function post<T>(id: string, what: string, body: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/sessions/${encodeURIComponent(id)}/${what}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(body),
      credentials: 'omit',
    });
  } catch {
    throw new UnreachableError();
  }
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as T;
}

