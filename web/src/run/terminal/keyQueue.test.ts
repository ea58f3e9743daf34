import { expect, it, vi } from 'vitest';
import { KeyQueue } from './keyQueue';

const settled = () => new Promise((resolve) => setTimeout(resolve));

it('sends one message at a time and what was typed meanwhile in the next', async () => {
  const sent: string[] = [];
  let release: () => void = () => undefined;
  const queue = new KeyQueue((data) => {
    sent.push(data);
    return new Promise((resolve) => (release = resolve));
  }, vi.fn());
  queue.push('a');
  queue.push('b');
  queue.push('c');
  expect(sent).toEqual(['a']);
  release();
  await settled();
  expect(sent).toEqual(['a', 'bc']);
});

it('splits what is pasted, never within a character', async () => {
  const sent: string[] = [];
  const queue = new KeyQueue(async (data) => void sent.push(data), vi.fn());
  const text = `x${'😀'.repeat(10_000)}`;
  queue.push(text);
  await settled();
  expect(sent.length).toBeGreaterThan(1);
  expect(sent.join('')).toBe(text);
  for (const piece of sent) {
    expect(piece.length).toBeLessThanOrEqual(8192);
    expect(() => encodeURIComponent(piece)).not.toThrow();
  }
});

it('says once that sending failed and sends nothing after it', async () => {
  const send = vi.fn(() => Promise.reject(new Error('gone')));
  const onFailure = vi.fn();
  const queue = new KeyQueue(send, onFailure);
  queue.push('a');
  queue.push('b');
  await settled();
  queue.push('c');
  await settled();
  expect(send).toHaveBeenCalledTimes(1);
  expect(onFailure).toHaveBeenCalledTimes(1);
});
