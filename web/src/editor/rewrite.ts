import { diffArrays } from 'diff';
import type * as Y from 'yjs';

/** Edits beyond which what lies between the first and the last difference is replaced as a whole. */
const MAX_LINE_EDITS = 2000;

/**
 * Makes a text another by the edits that it takes, line by line and cut down to the characters that differ, so that what
 * others type elsewhere in it, and their cursors, stay.
 */
export function rewrite(text: Y.Text, next: string): void {
  // From the end: what comes before keeps its place.
  for (const { at, remove, insert } of edits(text.toString(), next).reverse()) {
    if (remove > 0) text.delete(at, remove);
    if (insert !== '') text.insert(at, insert);
  }
}

interface Edit {
  at: number;
  remove: number;
  insert: string;
}

function edits(before: string, after: string): Edit[] {
  const changes = diffArrays(linesOf(before), linesOf(after), { maxEditLength: MAX_LINE_EDITS });
  if (changes === undefined) return trim({ at: 0, remove: before.length, insert: after }, before);
  const found: Edit[] = [];
  let at = 0;
  let open: Edit | null = null;
  for (const { added, removed, value } of changes) {
    const chunk = value.join('');
    if (!added && !removed) {
      if (open !== null) found.push(...trim(open, before));
      open = null;
      at += chunk.length;
      continue;
    }
    open ??= { at, remove: 0, insert: '' };
    if (removed) {
      open.remove += chunk.length;
      at += chunk.length;
    } else {
      open.insert += chunk;
    }
  }
  if (open !== null) found.push(...trim(open, before));
  return found;
}

/** Lines with their ends. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function trim({ at, remove, insert }: Edit, before: string): Edit[] {
  const old = before.slice(at, at + remove);
  const shorter = Math.min(old.length, insert.length);
  let start = 0;
  while (start < shorter && old[start] === insert[start]) start++;
  // Half a character is none: Yjs would replace it.
  if (start > 0 && isHigh(old.charCodeAt(start - 1))) start--;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === insert[insert.length - 1 - end]) end++;
  if (end > 0 && isLow(old.charCodeAt(old.length - end))) end--;
  const edit = { at: at + start, remove: old.length - start - end, insert: insert.slice(start, insert.length - end) };
  return edit.remove === 0 && edit.insert === '' ? [] : [edit];
}

const isHigh = (code: number) => code >= 0xd800 && code <= 0xdbff;
const isLow = (code: number) => code >= 0xdc00 && code <= 0xdfff;
