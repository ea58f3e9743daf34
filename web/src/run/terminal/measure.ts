import type { TerminalSize } from '../../api/types';
import { TerminalScreen } from './screen';
import { TYPING_HINT, USUAL_SIZE } from './size';
import { TerminalLog } from './terminalLog';
import classes from './TerminalView.module.css';

/**
 * How large a terminal in the panel will be, for a program that looks before it is there. A terminal is made out of sight,
 * built as the real one, and measured: the width of a cell depends on how the browser rounds it.
 */
export async function measureSize(): Promise<TerminalSize> {
  // On a phone the panel is shown only now.
  await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
  const panel = document.querySelector('[data-run-body]');
  if (panel === null) return USUAL_SIZE;
  const view = element(classes.view!, classes.measured!);
  const scroll = element(classes.scroll!);
  const host = element(classes.host!);
  host.dataset.fits = 'true';
  const bar = element(classes.bar!);
  const words = element(classes.hint!);
  words.textContent = TYPING_HINT;
  scroll.append(host);
  bar.append(words);
  view.append(scroll, bar);
  view.inert = true;
  panel.append(view);
  try {
    return fit(host);
  } finally {
    view.remove();
  }
}

const ROUNDS = 3;

function fit(host: HTMLElement): TerminalSize {
  const screen = new TerminalScreen(host, { log: new TerminalLog(), screenReader: false, answers: false, onKeys: () => undefined });
  try {
    let size = screen.fittingSize();
    // A cell is as wide as the whole line, rounded, over its columns: another number of them may fit a little differently.
    for (let i = 0; i < ROUNDS && size !== null; i++) {
      screen.resize(size);
      const again = screen.fittingSize();
      if (again === null || again.columns === size.columns) break;
      size = again;
    }
    return size ?? USUAL_SIZE;
  } finally {
    screen.destroy();
  }
}

function element(...names: string[]): HTMLElement {
  const made = document.createElement('div');
  made.classList.add(...names);
  return made;
}
