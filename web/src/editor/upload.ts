import { pathProblem } from './paths';

/** A file from this computer, as it may become one of the session. */
export interface Upload {
  path: string;
  text: string;
}

export interface Uploads {
  files: Upload[];
  /** Why others were left out, in words for people. */
  problems: string[];
}

const MAX_FILES = 100;
/** The server takes no larger documents. */
const MAX_BYTES = 1 << 20;

/** Reads files of this computer as text. What is no text, or too large, is named among the problems. */
export async function readUploads(list: readonly File[]): Promise<Uploads> {
  const uploads: Uploads = { files: [], problems: [] };
  if (list.length > MAX_FILES) uploads.problems.push(`Only the first ${MAX_FILES} files were taken.`);
  for (const file of list.slice(0, MAX_FILES)) {
    const path = file.webkitRelativePath || file.name;
    const problem = pathProblem(path, []) ?? (file.size > MAX_BYTES ? 'It is larger than 1 MB.' : null);
    if (problem !== null) {
      uploads.problems.push(`${path}: ${problem}`);
      continue;
    }
    try {
      uploads.files.push({ path, text: decode(await file.arrayBuffer()) });
    } catch (error) {
      uploads.problems.push(`${path}: ${error instanceof NotText ? 'It is no text file.' : 'It cannot be read, as folders cannot.'}`);
    }
  }
  return uploads;
}

class NotText extends Error {}

function decode(content: ArrayBuffer): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new NotText();
  }
  if (text.includes('\0')) throw new NotText();
  // As pasted text: the editor knows one kind of line end.
  return text.replace(/\r\n?/g, '\n');
}

/** A path like it that is free: `main-2.py` for `main.py`. */
export function freePath(path: string, existing: readonly string[]): string {
  if (pathProblem(path, existing) === null) return path;
  const slash = path.lastIndexOf('/');
  const dot = path.lastIndexOf('.');
  const end = dot > slash + 1 ? dot : path.length;
  for (let i = 2; ; i++) {
    const next = `${path.slice(0, end)}-${i}${path.slice(end)}`;
    if (pathProblem(next, existing) === null) return next;
  }
}
