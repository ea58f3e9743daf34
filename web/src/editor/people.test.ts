import { applyAwarenessUpdate, encodeAwarenessUpdate, Awareness } from 'y-protocols/awareness';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { PeopleAwareness } from './people';

const open: Awareness[] = [];

function receive(state: Record<string, unknown>): Record<string, unknown> {
  const mine = new PeopleAwareness(new Y.Doc());
  const theirs = new Awareness(new Y.Doc());
  open.push(mine, theirs);
  theirs.setLocalState(state);
  applyAwarenessUpdate(mine, encodeAwarenessUpdate(theirs, [theirs.clientID]), null);
  return mine.getStates().get(theirs.clientID)!;
}

afterEach(() => {
  for (const awareness of open.splice(0)) awareness.destroy();
});

describe('PeopleAwareness', () => {
  it('takes no colour from the wire', () => {
    const state = receive({ user: { id: 'a', name: 'Ann', color: 'red;position:fixed;inset:0', colorLight: 'url(x)' } });
    const user = state.user as Record<string, string>;
    expect(user.color).toMatch(/^#[0-9a-f]{6}$/);
    expect(user.colorLight).toMatch(/^#[0-9a-f]{8}$/);
  });

  it('cuts long names', () => {
    const state = receive({ user: { id: 'a', name: 'x'.repeat(5000) } });
    expect((state.user as { name: string }).name).toHaveLength(40);
  });

  it('drops what is not a state', () => {
    for (const bad of [{}, { user: null }, { user: 7 }, { user: { id: 1, name: 2 } }]) {
      expect(receive(bad as Record<string, unknown>)).toEqual({});
    }
  });

  it('drops cursors that are no positions', () => {
    for (const cursor of [1, {}, { anchor: 1, head: 2 }, { anchor: {}, head: {} }, { anchor: { item: { client: 'x' } }, head: {} }]) {
      expect(receive({ user: { id: 'a', name: 'Ann' }, cursor })).not.toHaveProperty('cursor');
    }
  });

  it('keeps a cursor in the shared text', () => {
    const doc = new Y.Doc();
    const position = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(doc.getText('t'), 0));
    const state = receive({ user: { id: 'a', name: 'Ann' }, cursor: { anchor: position, head: position } });
    expect(state).toHaveProperty('cursor');
  });
});
