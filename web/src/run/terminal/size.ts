import type { TerminalSize } from '../../api/types';

export const FONT_SIZE = 13;
export const LINE_HEIGHT = 1.2;

const LARGEST = 1000;

export function clampSize(columns: number, rows: number): TerminalSize {
  const clamp = (n: number) => Math.min(LARGEST, Math.max(1, Math.floor(n)));
  return { columns: clamp(columns), rows: clamp(rows) };
}

/** About how large a terminal on the page will be, for a program that looks before it is there. */
export function estimateSize(): TerminalSize {
  const panel = document.querySelector('[data-run-body]');
  const box = panel?.getBoundingClientRect();
  const width = box && box.width > 0 ? box.width : window.innerWidth;
  const height = box && box.height > 0 ? box.height : window.innerHeight - 180;
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return { columns: 80, rows: 24 };
  context.font = `${FONT_SIZE}px ${getComputedStyle(document.documentElement).getPropertyValue('--mantine-font-family-monospace')}`;
  const cell = context.measureText('W').width;
  return clampSize(Math.max(20, (width - MARGIN_PX) / cell), Math.max(4, (height - BAR_PX) / (FONT_SIZE * LINE_HEIGHT * 1.17)));
}

const MARGIN_PX = 34;
const BAR_PX = 44;
