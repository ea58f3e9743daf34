import { requestBlob } from './index';

/** A file that a run wrote, as a blob of the given type, whatever the server calls it. */
export async function downloadOutputFile(jobId: string, path: string, type: string): Promise<Blob> {
  const content = await requestBlob(`/api/execute/files/${encodeURIComponent(jobId)}?${new URLSearchParams({ path })}`);
  return new Blob([content], { type });
}
