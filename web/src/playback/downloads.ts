import { requestBlob } from '../api';
import { save } from '../lib/download';

const at = (id: string, what: string) => `/api/sessions/${encodeURIComponent(id)}/export/${what}`;

/** Has the browser save the session's files as an archive. */
export async function downloadFiles(id: string, title: string): Promise<void> {
  save(`${fileName(title)}.zip`, await requestBlob(at(id, 'files')));
}

/** Has the browser save the session's recording, which `/playback` opens again. */
export async function downloadRecording(id: string, title: string): Promise<void> {
  save(`${fileName(title)}.codecrafter.jsonl.gz`, await requestBlob(at(id, 'recording')));
}

/** A name of a file that says what session it is of; the server makes the same. */
export function fileName(title: string): string {
  return title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+/, '').slice(0, 80).replace(/-+$/, '') || 'session';
}
