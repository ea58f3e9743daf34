import * as Y from 'yjs';
import type { FileList } from '../editor/document';
import { byFolder } from '../editor/paths';
import type { Update } from './recording';

/** Where somebody typed last. */
export interface Caret {
  authorId: string;
  path: string;
  /** UTF-16 code units from the beginning of the file. */
  index: number;
}

interface Mark {
  path: string;
  position: Y.RelativePosition;
}

/** The document of a recording at one moment. It only goes forward; for going back there is another one. */
export class Replica {
  private readonly doc = new Y.Doc();
  private readonly fileMap = this.doc.getMap<unknown>('files');
  private readonly meta = this.doc.getMap<unknown>('meta');
  private readonly marks = new Map<string, Mark>();
  private author: string | null = null;

  /** The author of the latest edit of a file, and the file. */
  latest: { authorId: string; path: string } | null = null;

  constructor(state: Uint8Array | null) {
    if (state !== null) Y.applyUpdate(this.doc, state);
    this.fileMap.observeDeep((events) => {
      for (const event of events) this.follow(event);
    });
  }

  apply(update: Update): void {
    this.author = update.authorId;
    Y.applyUpdate(this.doc, update.data);
  }

  /** The state, from which another replica can go on. */
  encode(): Uint8Array {
    return Y.encodeStateAsUpdate(this.doc);
  }

  files(): FileList {
    const paths = [...this.fileMap.keys()].filter((path) => this.fileMap.get(path) instanceof Y.Text).sort(byFolder);
    const entry = this.meta.get('entry');
    const language = this.meta.get('language');
    return {
      paths,
      entry: typeof entry === 'string' && paths.includes(entry) ? entry : null,
      language: typeof language === 'string' ? language : null,
    };
  }

  /** The text of a file; empty where there is no such file. */
  text(path: string): string {
    const text = this.fileMap.get(path);
    return text instanceof Y.Text ? text.toString() : '';
  }

  /** Who typed in a file, and where. */
  carets(path: string): Caret[] {
    const text = this.fileMap.get(path);
    const carets: Caret[] = [];
    for (const [authorId, mark] of this.marks) {
      if (mark.path !== path) continue;
      const found = Y.createAbsolutePositionFromRelativePosition(mark.position, this.doc);
      if (found !== null && found.type === text) carets.push({ authorId, path, index: found.index });
    }
    return carets;
  }

  destroy(): void {
    this.doc.destroy();
  }

  private follow(event: Y.YEvent<Y.AbstractType<unknown>>): void {
    const path = event.path[0];
    if (this.author === null || !(event.target instanceof Y.Text) || typeof path !== 'string') return;
    let index = 0;
    let end = 0;
    for (const part of event.delta) {
      if (part.retain !== undefined) index += part.retain;
      if (part.insert !== undefined) end = index += typeof part.insert === 'string' ? part.insert.length : 1;
      if (part.delete !== undefined) end = index;
    }
    this.marks.set(this.author, { path, position: Y.createRelativePositionFromTypeIndex(event.target, end, -1) });
    this.latest = { authorId: this.author, path };
  }
}
