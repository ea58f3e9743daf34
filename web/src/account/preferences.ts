/** What somebody wants wherever they sign in. What is not said is left to the browser. */
export interface Preferences {
  theme?: 'auto' | 'light' | 'dark';
  /** A language's id, for new sessions. */
  language?: string;
  /** Of the code, in pixels. */
  fontSize?: number;
}

export const FONT_SIZES = [11, 12, 13, 14, 15, 16, 18, 20, 24] as const;

/** Reads what the server keeps, in whose eyes it is any object. */
export function readPreferences(stored: unknown): Preferences {
  if (typeof stored !== 'object' || stored === null) return {};
  const { theme, language, fontSize } = stored as Record<string, unknown>;
  const read: Preferences = {};
  if (theme === 'auto' || theme === 'light' || theme === 'dark') read.theme = theme;
  if (typeof language === 'string' && language !== '') read.language = language;
  if (FONT_SIZES.some((size) => size === fontSize)) read.fontSize = fontSize as number;
  return read;
}
