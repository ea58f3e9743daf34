import { takeSnapshot } from '../../api/snapshots';
import { languageOf } from '../../editor/paths';
import type { Room } from '../../session/room';

const SAVE_WAIT_MS = 5000;

interface Ran {
  path: string;
  content: string;
}

/**
 * Makes the files of the session what they were when something ran, by edits, and its language too. The state before is
 * kept as a snapshot first. Returns the file to look at.
 */
export async function bringBack(room: Room, language: string, files: readonly Ran[]): Promise<string | null> {
  const document = room.document.get();
  const { entry: now } = document.files.get();
  const paths = files.map((file) => file.path);
  const entry = entryOf(paths, language, now);
  if (files.some(({ path, content }) => document.text(path) !== null && document.text(path)!.toString() !== content)) {
    if (!(await document.saved(SAVE_WAIT_MS))) throw new Error('Your latest edits have not reached the server yet. Try again in a moment.');
    await takeSnapshot(room.id, { title: 'Before the code of a run was opened' });
  }
  document.bringBack(files, language, entry);
  return entry ?? paths[0] ?? null;
}

/** The file that ran: the history does not name it. */
export function entryOf(paths: readonly string[], language: string, now: string | null): string | null {
  const fits = paths.filter((path) => languageOf(path) === language);
  if (now !== null && fits.includes(now)) return now;
  return fits.find((path) => /(^|\/)main\./i.test(path)) ?? fits[0] ?? null;
}
