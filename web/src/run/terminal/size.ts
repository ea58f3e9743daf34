import type { TerminalSize } from '../../api/types';

export const FONT_SIZE = 13;
export const LINE_HEIGHT = 1.2;

const LARGEST = 1000;

export function clampSize(columns: number, rows: number): TerminalSize {
  const clamp = (n: number) => Math.min(LARGEST, Math.max(1, Math.floor(n)));
  return { columns: clamp(columns), rows: clamp(rows) };
}

/** What is taken where there is nothing to measure. */
export const USUAL_SIZE: TerminalSize = { columns: 80, rows: 24 };

/** Below a terminal that one types in. */
export const TYPING_HINT = 'Keys go to the program. Shift+Tab leaves the terminal.';
