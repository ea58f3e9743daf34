import { describe, expect, it } from 'vitest';
import { AckTracker } from './acks';

const step1 = Uint8Array.of(0, 0, 1, 0);
const step2 = Uint8Array.of(0, 1, 2, 0, 0);
const update = Uint8Array.of(0, 2, 2, 0, 0);
const awareness = Uint8Array.of(1, 4, 0, 0);

function connected(): AckTracker {
  const acks = new AckTracker();
  acks.socketOpened();
  acks.frameSent(step1);
  acks.frameSent(step2);
  acks.acknowledged(1);
  return acks;
}

describe('AckTracker', () => {
  it('holds nothing unsaved before the first edit', () => {
    expect(new AckTracker().dirty).toBe(false);
    expect(connected().dirty).toBe(false);
  });

  it('is clean only when the last of several edits is stored', () => {
    const acks = connected();
    for (let i = 0; i < 3; i++) {
      acks.edited();
      acks.frameSent(update);
    }
    acks.acknowledged(3);
    expect(acks.dirty).toBe(true);
    acks.acknowledged(4);
    expect(acks.dirty).toBe(false);
  });

  it('counts neither awareness nor state vectors', () => {
    const acks = connected();
    acks.edited();
    acks.frameSent(awareness);
    acks.frameSent(step1);
    acks.frameSent(update);
    acks.acknowledged(2);
    expect(acks.dirty).toBe(false);
  });

  it('keeps an edit unsaved over a reconnect until the answer to the state vector is stored', () => {
    const acks = connected();
    acks.edited();
    acks.frameSent(update);
    acks.socketClosed();
    acks.socketOpened();
    acks.acknowledged(5);
    expect(acks.dirty).toBe(true);
    acks.frameSent(step2);
    acks.acknowledged(1);
    expect(acks.dirty).toBe(false);
  });

  it('takes an edit before the answer as unsaved though its own frame is stored', () => {
    const acks = new AckTracker();
    acks.edited();
    acks.socketOpened();
    acks.edited();
    acks.frameSent(update);
    acks.acknowledged(1);
    expect(acks.dirty).toBe(true);
    acks.frameSent(step2);
    acks.acknowledged(2);
    expect(acks.dirty).toBe(false);
  });

  it('ignores what a socket says after it closed', () => {
    const acks = connected();
    acks.edited();
    acks.frameSent(update);
    acks.socketClosed();
    acks.acknowledged(2);
    expect(acks.dirty).toBe(true);
  });

  it('tells of each change once', () => {
    let changes = 0;
    const acks = new AckTracker(() => changes++);
    acks.socketOpened();
    acks.frameSent(step2);
    acks.edited();
    acks.edited();
    acks.frameSent(update);
    acks.acknowledged(2);
    acks.acknowledged(2);
    expect(changes).toBe(2);
  });
});
