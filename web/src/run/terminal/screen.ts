import { FitAddon } from '@xterm/addon-fit';
import { Terminal, type IFunctionIdentifier, type ITheme } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { TerminalSize } from '../../api/types';
import { clampSize, FONT_SIZE, LINE_HEIGHT } from './size';
import { feed, type TerminalLog } from './terminalLog';

const SCROLLBACK_LINES = 5000;
const HIDE_CURSOR = '\x1b[?25l';

/** Questions that a program may ask its terminal; the answers are sent as if they were typed. */
const csiQueries: IFunctionIdentifier[] = [
  { final: 'c' }, { prefix: '>', final: 'c' }, { prefix: '=', final: 'c' }, { final: 'n' }, { prefix: '?', final: 'n' },
  { intermediates: '$', final: 'p' }, { prefix: '?', intermediates: '$', final: 'p' }, { prefix: '>', final: 'q' },
  { prefix: '?', final: 'u' }, { final: 't' },
];
const oscQueries = [4, 10, 11, 12];

export interface ScreenOptions {
  log: TerminalLog;
  screenReader: boolean;
  /** Whether this page answers what the program asks its terminal: one page does. */
  answers: boolean;
  onKeys: (data: string) => void;
}

/** xterm.js on an element, fed from a log. */
export class TerminalScreen {
  private readonly terminal: Terminal;
  private readonly fitting = new FitAddon();
  private readonly stopFeed: () => void;
  private answering = false;
  private ended = false;

  constructor(host: HTMLElement, options: ScreenOptions) {
    this.terminal = new Terminal({
      fontFamily: getComputedStyle(host).fontFamily,
      fontSize: FONT_SIZE,
      lineHeight: LINE_HEIGHT,
      scrollback: SCROLLBACK_LINES,
      minimumContrastRatio: 4.5,
      screenReaderMode: options.screenReader,
      disableStdin: true,
      theme: themeOf(host),
      // Addresses that a program hides behind other words are not opened.
      linkHandler: { activate: () => undefined },
    });
    this.terminal.loadAddon(this.fitting);
    this.terminal.open(host);
    this.terminal.attachCustomKeyEventHandler((event) => this.isForTerminal(event));
    this.terminal.onData(options.onKeys);
    this.guardQueries();
    this.stopFeed = feed(options.log, {
      write: (data, done, fresh) => {
        this.terminal.write('', () => (this.answering = fresh && options.answers));
        this.terminal.write(data, done);
        this.hideCursorOfEnded();
      },
      reset: () => this.terminal.reset(),
    });
  }

  /** The size that would fill the element; null while it is not on screen. */
  fittingSize(): TerminalSize | null {
    const size = this.fitting.proposeDimensions();
    return size === undefined || Number.isNaN(size.cols) ? null : clampSize(size.cols, size.rows);
  }

  resize({ columns, rows }: TerminalSize): void {
    if (columns !== this.terminal.cols || rows !== this.terminal.rows) this.terminal.resize(columns, rows);
  }

  get size(): TerminalSize {
    return { columns: this.terminal.cols, rows: this.terminal.rows };
  }

  setWritable(writable: boolean): void {
    this.terminal.options.disableStdin = !writable;
    this.terminal.options.cursorInactiveStyle = writable ? 'outline' : 'none';
  }

  /** The program has ended: nothing is written or typed where the cursor is. */
  end(): void {
    this.ended = true;
    this.hideCursorOfEnded();
  }

  setScreenReader(on: boolean): void {
    this.terminal.options.screenReaderMode = on;
  }

  /** The colours of the page have changed. */
  recolor(host: HTMLElement): void {
    this.terminal.options.theme = themeOf(host);
  }

  /** Words for those who hear the screen rather than see it. */
  describe(label: string, hintId: string): void {
    this.terminal.textarea?.setAttribute('aria-label', label);
    this.terminal.textarea?.setAttribute('aria-describedby', hintId);
  }

  focus(): void {
    this.terminal.focus();
  }

  /** What is selected, or else all that is there. */
  text(): string {
    if (this.terminal.hasSelection()) return this.terminal.getSelection();
    const { active } = this.terminal.buffer;
    let text = '';
    for (let i = 0; i < active.length; i++) {
      const line = active.getLine(i);
      if (line === undefined) break;
      if (i > 0 && !line.isWrapped) text += '\n';
      text += line.translateToString(!active.getLine(i + 1)?.isWrapped);
    }
    return text.replace(/\n+$/, '\n');
  }

  destroy(): void {
    this.stopFeed();
    this.terminal.dispose();
  }

  /** After all that the program wrote, which may have shown it again. */
  private hideCursorOfEnded(): void {
    if (this.ended) this.terminal.write(HIDE_CURSOR);
  }

  /** False for keys that the page keeps. */
  private isForTerminal(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return true;
    // The way out for those who use the keyboard; where nothing can be typed, Tab goes on as everywhere.
    if (event.key === 'Tab') return !event.shiftKey && !this.terminal.options.disableStdin;
    const command = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (command && event.key === 'Enter') return false;
    if (command && !event.shiftKey && event.key.toLowerCase() === 'v') return false;
    if (command && !event.shiftKey && event.key.toLowerCase() === 'c' && this.terminal.hasSelection()) {
      // The browser copies; the next one interrupts the program.
      setTimeout(() => this.terminal.clearSelection());
      return false;
    }
    return true;
  }

  /**
   * Every page that shows the terminal reads the program's questions, and reads them again when the screen is drawn anew.
   * Only the first reading, on the page of the one who runs it, is answered.
   */
  private guardQueries(): void {
    const { parser } = this.terminal;
    for (const id of csiQueries) parser.registerCsiHandler(id, () => !this.answering);
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => !this.answering);
    for (const id of oscQueries) parser.registerOscHandler(id, (data) => !this.answering && data.includes('?'));
  }
}

function themeOf(host: HTMLElement): ITheme {
  const style = getComputedStyle(host);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const ansi = (n: number) => color(`--ansi-${n}`);
  return {
    background: color('--code-bg'), foreground: color('--code-text'), cursor: color('--code-caret'), cursorAccent: color('--code-bg'),
    selectionBackground: color('--code-selection'), selectionForeground: color('--code-text'),
    scrollbarSliderBackground: color('--line-strong'), scrollbarSliderHoverBackground: color('--dim'), scrollbarSliderActiveBackground: color('--dim'),
    black: ansi(0), red: ansi(1), green: ansi(2), yellow: ansi(3), blue: ansi(4), magenta: ansi(5), cyan: ansi(6), white: ansi(7),
    brightBlack: ansi(8), brightRed: ansi(9), brightGreen: ansi(10), brightYellow: ansi(11), brightBlue: ansi(12), brightMagenta: ansi(13),
    brightCyan: ansi(14), brightWhite: ansi(15),
  };
}
