import { Auth, type AuthEnvironment } from './auth';
import { ApiError, UnreachableError, problemOf } from './problem';

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('codecrafter-login');

const lock: AuthEnvironment['lock'] =
  navigator.locks === undefined ? null : async (task) => await navigator.locks.request('codecrafter-refresh', task);

export const auth = new Auth({
  fetch: (...args) => fetch(...args),
  lock,
  now: () => Date.now(),
  announce: () => channel?.postMessage('changed'),
});

channel?.addEventListener('message', () => void auth.loginChangedElsewhere());

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Calls the API as the signed-in user; renews the access token once where the server refuses it. */
export async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await call(method, path, body, signal);
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

/** The same, for what is not JSON. */
export async function requestBlob(path: string): Promise<Blob> {
  return (await call('GET', path)).blob();
}

async function call(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const token = await auth.token();
  let response = await send(method, path, token, body, signal);
  if (response.status === 401) {
    await auth.renew(token);
    response = await send(method, path, await auth.token(), body, signal);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function send(method: Method, path: string, token: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json, */*;q=0.5', Authorization: `Bearer ${token}` };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  try {
    return await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new UnreachableError();
  }
}

export { ApiError, UnreachableError };
