import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { personColor } from '../lib/colors';

export interface Person {
  clientId: number;
  id: string;
  name: string;
}

type State = Record<string, unknown>;

/**
 * Awareness whose remote states can be trusted to be well-formed. They come from other browsers as they are, and the
 * editor binding puts a colour into a style attribute and a position into Yjs. So colours are derived here from the
 * id, names are cut, and a cursor that is not one is dropped.
 */
export class PeopleAwareness extends Awareness {
  override getStates(): Map<number, State> {
    const clean = new Map<number, State>();
    // The base constructor calls this before the fields of this class exist.
    for (const [clientId, state] of super.getStates()) {
      clean.set(clientId, clientId === this.clientID ? state : this.clean(state));
    }
    return clean;
  }

  /** Everybody else who has the document open. */
  people(): Person[] {
    const people: Person[] = [];
    for (const [clientId, state] of this.getStates()) {
      const user = state.user as { id: string; name: string } | undefined;
      if (clientId !== this.clientID && user !== undefined) people.push({ clientId, id: user.id, name: user.name });
    }
    return people;
  }

  private clean(state: unknown): State {
    if (!isObject(state) || !isObject(state.user)) return {};
    const { id, name } = state.user;
    if (typeof id !== 'string' || typeof name !== 'string') return {};
    const user = { id: id.slice(0, 64), name: name.slice(0, 40), ...personColor(id) };
    return this.isCursor(state.cursor) ? { user, cursor: state.cursor } : { user };
  }

  private isCursor(cursor: unknown): boolean {
    if (!isObject(cursor) || !isObject(cursor.anchor) || !isObject(cursor.head)) return false;
    try {
      Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(cursor.anchor), this.doc);
      Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(cursor.head), this.doc);
      return true;
    } catch {
      // Whatever the other side sent is no position in this document.
      return false;
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
