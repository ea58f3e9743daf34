import { describe, expect, it } from 'vitest';
import { feed, TerminalLog } from './terminalLog';

/** A screen that draws when it is told to. */
class SlowScreen {
  text = '';
  resets = 0;
  private done: (() => void) | null = null;

  fresh = '';

  write(data: string, done: () => void, fresh: boolean): void {
    expect(this.done).toBeNull();
    this.text += data;
    if (fresh) this.fresh += data;
    this.done = done;
  }

  reset(): void {
    this.resets++;
    this.text = '';
  }

  /** True while there was something to draw. */
  draw(): boolean {
    const done = this.done;
    this.done = null;
    done?.();
    return done !== null;
  }
}

function drawAll(screen: SlowScreen): void {
  while (screen.draw());
}

describe('TerminalLog', () => {
  it('gives a screen that comes late what was printed so far', () => {
    const log = new TerminalLog();
    log.append('run', 'stdout', 'early ');
    const screen = new SlowScreen();
    feed(log, screen);
    log.append('run', 'stdout', 'late');
    drawAll(screen);
    expect(screen.text).toBe('early late');
    expect(screen.resets).toBe(0);
  });

  it('hands over one piece at a time', () => {
    const log = new TerminalLog();
    const screen = new SlowScreen();
    feed(log, screen);
    for (let i = 0; i < 100; i++) log.append('run', 'stdout', 'x');
    expect(screen.text).toBe('x');
    screen.draw();
    expect(screen.text).toHaveLength(100);
  });

  it('drops what a slow screen has not drawn, and starts the screen anew', () => {
    const log = new TerminalLog();
    const screen = new SlowScreen();
    feed(log, screen);
    for (let i = 0; i < 5000; i++) log.append('run', 'stdout', `${String(i).padStart(1022, '.')}\r\n`);
    drawAll(screen);
    expect(screen.resets).toBe(1);
    expect(screen.text.length).toBeLessThanOrEqual(1024 * 1024);
    expect(screen.text.startsWith('.')).toBe(true);
    expect(screen.text.endsWith('4999\r\n')).toBe(true);
  });

  it('passes over what came before, by its offset', () => {
    const log = new TerminalLog();
    log.append('run', 'stdout', 'abc', 0);
    log.append('run', 'stdout', 'bcd', 1);
    expect(log.read(0, 100).data).toBe('abcd');
  });

  it('takes the same output again after it was cleared', () => {
    const log = new TerminalLog();
    const screen = new SlowScreen();
    feed(log, screen);
    log.append('run', 'stdout', 'abc', 0);
    drawAll(screen);
    log.clear();
    log.append('run', 'stdout', 'abcd', 0);
    drawAll(screen);
    expect(screen.text).toBe('abcd');
    expect(screen.resets).toBe(1);
  });

  it('starts new lines in what compilers print, and leaves programs alone', () => {
    const log = new TerminalLog();
    log.append('compile', 'stderr', 'a\nb\r\n');
    log.append('run', 'stdout', 'c\nd');
    expect(log.read(0, 100).data).toBe('a\r\nb\r\nc\nd');
  });

  it('feeds nothing to a screen that is gone', () => {
    const log = new TerminalLog();
    const screen = new SlowScreen();
    feed(log, screen)();
    log.append('run', 'stdout', 'x');
    expect(screen.text).toBe('');
  });

  it('tells what a screen of the page has shown before', () => {
    const log = new TerminalLog();
    log.append('run', 'stdout', 'seen elsewhere ');
    log.markAllShown();
    log.append('run', 'stdout', 'new');
    const first = new SlowScreen();
    const stop = feed(log, first);
    drawAll(first);
    expect(first.text).toBe('seen elsewhere new');
    expect(first.fresh).toBe('new');
    stop();
    log.append('run', 'stdout', ' newer');
    const second = new SlowScreen();
    feed(log, second);
    drawAll(second);
    expect(second.text).toBe('seen elsewhere new newer');
    expect(second.fresh).toBe(' newer');
  });
});
