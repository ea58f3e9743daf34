import { Auth, type AuthEnvironment } from './auth';
import { ApiError, UnreachableError, problemOf } from './problem';
import type { TokenSource, Visit } from './visit';

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('codecrafter-login');

const lock: AuthEnvironment['lock'] =
  navigator.locks === undefined ? null : async (task) => await navigator.locks.request('codecrafter-refresh', task);

export const auth = new Auth({
  fetch: (...args) => fetch(...args),
  lock,
  now: () => Date.now(),
  mayBeSignedIn: () => /(^|; )codecrafter_signed_in=/.test(document.cookie),
  announce: () => channel?.postMessage('changed'),
});

channel?.addEventListener('message', () => void auth.loginChangedElsewhere());

let visit: Visit | null = null;
const source = (): TokenSource => visit ?? auth;

/** Who calls: the visitor while there is one, else the person who is signed in. */
export const caller: TokenSource = {
  token: () => source().token(),
  renew: (token) => source().renew(token),
  get currentToken() {
    return source().currentToken;
  },
  get isOver() {
    return source().isOver;
  },
};

/** From now on calls are those of a visitor, until the answer is called. */
export function beginVisit(next: Visit): () => void {
  visit = next;
  return () => {
    if (visit === next) visit = null;
  };
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * Calls the API as whoever is here; renews the access token once where the server refuses it. With `ifMatch`, what is
 * changed must still have that entity tag.
 */
export async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal, ifMatch?: string): Promise<T> {
  const response = await call(method, path, body, signal, ifMatch);
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

/** The same, for what is not JSON. */
export async function requestBlob(path: string): Promise<Blob> {
  return (await call('GET', path)).blob();
}

async function call(method: Method, path: string, body?: unknown, signal?: AbortSignal, ifMatch?: string): Promise<Response> {
  const sendWith = (token: string) => send(method, path, body, { token, signal, ifMatch });
  const token = await caller.token();
  let response = await sendWith(token);
  if (response.status === 401) {
    await caller.renew(token);
    response = await sendWith(await caller.token());
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

interface SendOptions {
  token: string;
  signal: AbortSignal | undefined;
  ifMatch: string | undefined;
}

async function send(method: Method, path: string, body: unknown, { token, signal, ifMatch }: SendOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json, */*;q=0.5', Authorization: `Bearer ${token}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (ifMatch !== undefined) headers['If-Match'] = ifMatch;
  try {
    return await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new UnreachableError();
  }
}

export { ApiError, UnreachableError };
