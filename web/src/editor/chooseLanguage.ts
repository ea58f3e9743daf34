import { languageOf } from './paths';

/** What choosing a language does to the files. */
export interface LanguageChange {
  /** The file to run from now on; null leaves that as it is. */
  entry: string | null;
  /** A file to add, with what it starts with. */
  add: string | null;
  /** Files to remove: what they started with for another language, untouched. */
  remove: string[];
}

interface Files {
  paths: readonly string[];
  entry: string | null;
}

/**
 * Choosing a language chooses a file of it to run. Only where nothing is written yet does it bring the language's own
 * starter, in place of the one before: nobody's files are added to.
 */
export function chooseLanguage(
  language: string, fileName: string, { paths, entry }: Files, isUntouched: (path: string) => boolean,
): LanguageChange {
  const fits = (path: string) =>
    languageOf(path) === language || endOf(path) === endOf(fileName) || (language === 'c' && path.endsWith('.h'));
  if (entry !== null && fits(entry)) return { entry, add: null, remove: [] };
  const fitting = paths.includes(fileName) ? fileName : paths.find(fits);
  if (fitting !== undefined) return { entry: fitting, add: null, remove: [] };
  if (paths.every(isUntouched)) return { entry: fileName, add: fileName, remove: [...paths] };
  return { entry: null, add: null, remove: [] };
}

function endOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('.'), path.lastIndexOf('/') + 1));
}
