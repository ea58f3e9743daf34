/** Why a path cannot be that of a new file; null where it can. The server has the same rules. */
export function pathProblem(path: string, existing: readonly string[]): string | null {
  if (path === '') return 'Give the file a name.';
  if (bytes(path) > 512 || path.split('/').some((part) => bytes(part) > 255)) return 'This name is too long.';
  if (path.startsWith('/') || path.includes('\\')) return 'Use a relative path with forward slashes.';
  if (/^[-@]/.test(path)) return 'Compilers would take this name for an option: start it with another character.';
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f\ufffd]/.test(path)) return 'This name has characters that file names cannot have.';
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) return 'This is not a file path.';
  if (existing.includes(path)) return 'There is a file with this name already.';
  if (existing.some((other) => other.startsWith(`${path}/`))) return 'There is a folder with this name already.';
  if (existing.some((other) => path.startsWith(`${other}/`))) return 'A file is in the way of this folder.';
  return null;
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

const byExtension: Record<string, string> = {
  js: 'javascript', mjs: 'javascript', cjs: 'javascript', jsx: 'javascript', ts: 'typescript', tsx: 'typescript',
  json: 'javascript', py: 'python', pyi: 'python', java: 'java', c: 'c', h: 'cpp', cc: 'cpp', cpp: 'cpp', cxx: 'cpp',
  hpp: 'cpp', hh: 'cpp', go: 'go', rs: 'rust', rb: 'ruby', sh: 'bash', bash: 'bash',
};

/** The language of a file by its extension; null for plain text. */
export function languageOf(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? null : byExtension[name.slice(dot + 1).toLowerCase()] ?? null;
}

/** The order of files: those at the root first, then folder by folder. */
export function byFolder(a: string, b: string): number {
  const folder = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
  return folder(a).localeCompare(folder(b)) || a.localeCompare(b);
}
