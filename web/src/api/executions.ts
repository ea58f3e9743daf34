import { request, requestBlob } from './index';
import type { RunResult } from './types';

/** The whole result of a run, where only the beginning of it is here. */
export function runResult(jobId: string): Promise<RunResult> {
  return request<RunResult>('GET', `/api/execute/status/${encodeURIComponent(jobId)}`);
}

/** A file that a run wrote, as a blob of the given type, whatever the server calls it. */
export async function downloadOutputFile(jobId: string, path: string, type: string): Promise<Blob> {
  const content = await requestBlob(`/api/execute/files/${encodeURIComponent(jobId)}?${new URLSearchParams({ path })}`);
  return new Blob([content], { type });
}
