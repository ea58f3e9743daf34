import { request } from './index';
import type * as api from './schema';
import type { Pagination, Snapshot, SnapshotDiff } from './types';

export type SnapshotFiles = api.SnapshotFilesResponse;

const at = (sessionId: string, rest = '') => `/api/sessions/${encodeURIComponent(sessionId)}/snapshots${rest}`;
const one = (sessionId: string, id: string, rest = '') => at(sessionId, `/${encodeURIComponent(id)}${rest}`);

/** The newest first. */
export function listSnapshots(sessionId: string, page: number, limit: number, signal?: AbortSignal) {
  const params = new URLSearchParams({ page: String(page), limit: String(limit) });
  return request<{ snapshots: Snapshot[]; pagination: Pagination }>('GET', at(sessionId, `?${params}`), undefined, signal);
}

export async function takeSnapshot(sessionId: string, draft: { title?: string; message?: string }): Promise<Snapshot> {
  return (await request<{ snapshot: Snapshot }>('POST', at(sessionId), draft)).snapshot;
}

export const getSnapshot = (sessionId: string, id: string, signal?: AbortSignal) =>
  request<SnapshotFiles>('GET', one(sessionId, id), undefined, signal);

/** What has changed until another snapshot, or, without one, until now. */
export function compareSnapshot(sessionId: string, id: string, to: string | null, signal?: AbortSignal): Promise<SnapshotDiff> {
  const query = to === null ? '' : `?${new URLSearchParams({ to })}`;
  return request<SnapshotDiff>('GET', one(sessionId, id, `/diff${query}`), undefined, signal);
}

/** The document is edited back to what the snapshot has. */
export const restoreSnapshot = (sessionId: string, id: string) => request<unknown>('POST', one(sessionId, id, '/restore'), {});

export const deleteSnapshot = (sessionId: string, id: string) => request<void>('DELETE', one(sessionId, id));
