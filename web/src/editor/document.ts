import * as decoding from 'lib0/decoding';
import { readAuthMessage } from 'y-protocols/auth';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { caller } from '../api';
import type { UserRef } from '../api/types';
import { personColor } from '../lib/colors';
import { Store } from '../lib/store';
import { AckTracker } from './acks';
import type { LanguageChange } from './chooseLanguage';
import { byFolder } from './paths';
import { PeopleAwareness, type Person } from './people';
import { rewrite } from './rewrite';

const MESSAGE_AUTH = 2;
const MESSAGE_ACK = 100;

const CLOSE_TOO_LARGE = 1009;
const CLOSE_MALFORMED = 4400;
const CLOSE_TOKEN = 4401;
const CLOSE_FORBIDDEN = 4403;
const CLOSE_NOT_FOUND = 4404;

/** What the document says about its files. */
export interface FileList {
  paths: readonly string[];
  entry: string | null;
  language: string | null;
}

export type SaveState = 'loading' | 'saved' | 'saving' | 'offline' | 'offlineUnsaved';

export interface DocumentEvents {
  /** The server refused an edit: this copy is no longer what the server has, and another must be opened. */
  onRefused: (reason: string) => void;
  /** The server cannot store edits at the moment. They stay here, and it gets them later. */
  onNotSaved: (reason: string) => void;
  /** The server closed the document to this user for good. */
  onClosed: (why: 'forbidden' | 'notFound') => void;
  /** The active file was renamed by somebody. */
  onRenamed: (from: string, to: string) => void;
}

/** One copy of a session's document, kept in step with the server. */
export class SessionDocument {
  readonly doc = new Y.Doc();
  readonly awareness = new PeopleAwareness(this.doc);
  readonly files = new Store<FileList>({ paths: [], entry: null, language: null });
  readonly people = new Store<Person[]>([]);
  readonly save = new Store<SaveState>('loading');

  private readonly fileMap = this.doc.getMap<unknown>('files');
  private readonly meta = this.doc.getMap<unknown>('meta');
  private readonly undo = new Map<Y.Text, Y.UndoManager>();
  private readonly acks = new AckTracker(() => this.updateSave());
  private readonly provider: WebsocketProvider;
  private loaded = false;
  private tokenUsed = '';
  private connected = false;

  constructor(sessionId: string, user: UserRef, private readonly events: DocumentEvents) {
    this.awareness.setLocalStateField('user', { id: user.id, name: user.username, ...personColor(user.id) });
    this.provider = this.connect(sessionId);
    this.doc.on('update', (_update: Uint8Array, origin: unknown) => {
      if (origin !== this.provider) this.acks.edited();
    });
    this.fileMap.observe((event) => this.filesChanged(event));
    this.meta.observe(() => this.updateFiles());
    this.awareness.on('change', () => this.updatePeople());
  }

  text(path: string): Y.Text | null {
    const value = this.fileMap.get(path);
    return value instanceof Y.Text ? value : null;
  }

  /** The text of each file. */
  *contents(): Iterable<string> {
    for (const path of this.files.get().paths) yield this.text(path)!.toString();
  }

  /** Undoes the edits made here and nobody else's. One for each text, so it outlives a change of tabs. */
  undoManager(text: Y.Text): Y.UndoManager {
    let manager = this.undo.get(text);
    if (manager === undefined) {
      manager = new Y.UndoManager(text, { trackedOrigins: new Set(), captureTimeout: 400 });
      this.undo.set(text, manager);
    }
    return manager;
  }

  addFile(path: string, content = ''): void {
    this.doc.transact(() => {
      this.fileMap.set(path, new Y.Text(content));
      if (this.files.get().paths.length === 0) this.meta.set('entry', path);
    });
  }

  /** Yjs cannot move a text: the file becomes a new text, and what others type at that very moment stays behind. */
  renameFile(from: string, to: string): void {
    const text = this.text(from);
    if (text === null) return;
    this.doc.transact(() => {
      this.fileMap.set(to, new Y.Text(text.toString()));
      this.fileMap.delete(from);
      if (this.meta.get('entry') === from) this.meta.set('entry', to);
    });
  }

  deleteFile(path: string): void {
    this.doc.transact(() => {
      this.fileMap.delete(path);
      if (this.meta.get('entry') === path) {
        const next = this.files.get().paths.find((other) => other !== path);
        if (next !== undefined) this.meta.set('entry', next);
      }
    });
  }

  setEntry(path: string): void {
    this.meta.set('entry', path);
  }

  /** Puts another text in place of the one of a file; the file stays the same to those who have it open. */
  replaceText(path: string, content: string): void {
    const text = this.text(path);
    if (text === null) return;
    this.doc.transact(() => {
      text.delete(0, text.length);
      text.insert(0, content);
    });
  }

  /** Makes files what they were at another time, and adds those that are gone; all others stay. */
  bringBack(files: readonly { path: string; content: string }[], language: string, entry: string | null): void {
    this.doc.transact(() => {
      for (const { path, content } of files) {
        const text = this.text(path);
        if (text === null) this.fileMap.set(path, new Y.Text(content));
        else rewrite(text, content);
      }
      if (this.meta.get('language') !== language) this.meta.set('language', language);
      if (entry !== null && this.meta.get('entry') !== entry) this.meta.set('entry', entry);
    });
  }

  /** Changes the language, and the files as it asks for: `content` is what an added file starts with. */
  setLanguage(language: string, { entry, add, remove }: LanguageChange, content: string): void {
    this.doc.transact(() => {
      this.meta.set('language', language);
      for (const path of remove) this.fileMap.delete(path);
      if (add !== null) this.fileMap.set(add, new Y.Text(content));
      if (entry !== null) this.meta.set('entry', entry);
    });
  }

  /** Waits until the server has stored the edits made so far, but no longer than `ms`. */
  saved(ms: number): Promise<boolean> {
    if (!this.acks.dirty) return Promise.resolve(true);
    return new Promise((resolve) => {
      const finish = (result: boolean) => {
        clearTimeout(timer);
        unsubscribe();
        resolve(result);
      };
      const timer = setTimeout(() => finish(false), ms);
      const unsubscribe = this.save.subscribe(() => {
        if (!this.acks.dirty) finish(true);
      });
    });
  }

  get hasUnsavedEdits(): boolean {
    return this.acks.dirty;
  }

  /** Connects again if the login that had expired is good again. */
  reconnect(): void {
    this.provider.connect();
  }

  destroy(): void {
    for (const manager of this.undo.values()) manager.destroy();
    this.provider.destroy();
    this.awareness.destroy();
    this.doc.destroy();
  }

  private connect(sessionId: string): WebsocketProvider {
    const { acks } = this;
    const newestToken = () => (this.tokenUsed = caller.currentToken);
    class CountingSocket extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        acks.socketOpened();
      }

      override send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
        if (data instanceof Uint8Array) acks.frameSent(data);
        super.send(data as ArrayBuffer);
      }
    }

    const base = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/collab`;
    const provider = new WebsocketProvider(base, encodeURIComponent(sessionId), this.doc, {
      connect: false,
      awareness: this.awareness,
      // Read anew for each connection.
      params: {
        get access_token() {
          return newestToken();
        },
        acks: '1',
      },
      WebSocketPolyfill: CountingSocket,
      // Tabs of one browser meet at the server like everybody else: it decides what is part of the document.
      disableBc: true,
    });
    provider.messageHandlers[MESSAGE_ACK] = (_encoder, decoder) => acks.acknowledged(decoding.readVarUint(decoder));
    provider.messageHandlers[MESSAGE_AUTH] = (_encoder, decoder) =>
      readAuthMessage(decoder, this.doc, (_doc, reason) => this.refused(reason));
    provider.on('status', ({ status }) => this.statusChanged(status));
    provider.on('sync', (synced) => this.synced(synced));
    provider.on('connection-close', (event) => this.socketClosed(event));
    provider.on('closed', ({ code, reason }) => this.closedForGood(code, reason));
    void caller.token().catch(() => undefined).then(() => provider.connect());
    return provider;
  }

  private statusChanged(status: 'connected' | 'disconnected' | 'connecting'): void {
    this.connected = status === 'connected';
    if (status === 'disconnected') this.acks.socketClosed();
    this.updateSave();
  }

  private synced(synced: boolean): void {
    if (!synced) return;
    this.loaded = true;
    this.updateFiles();
    this.updateSave();
  }

  private socketClosed(event: CloseEvent | null): void {
    this.acks.socketClosed();
    // The token may have expired while the machine slept; the next attempt then has a good one.
    void caller.token().catch(() => undefined);
    if (event?.code === CLOSE_TOO_LARGE) {
      this.refused('document_too_large');
    }
  }

  private closedForGood(code: number, reason: string): void {
    if (code === CLOSE_TOKEN) {
      void caller.renew(this.tokenUsed).then(() => this.provider.connect(), (error: unknown) => this.renewFailed(error));
    } else if (code === CLOSE_FORBIDDEN) {
      this.events.onClosed('forbidden');
    } else if (code === CLOSE_NOT_FOUND) {
      this.events.onClosed('notFound');
    } else if (code === CLOSE_MALFORMED) {
      this.events.onRefused(reason || 'malformed_update');
    } else {
      this.provider.connect();
    }
  }

  private renewFailed(error: unknown): void {
    // Where the login has ended, signing in again reconnects; where the server did not answer, try later.
    if (!caller.isOver) {
      console.warn('Renewing the login failed; trying again.', error);
      setTimeout(() => this.provider.connect(), 3000);
    }
  }

  private refused(reason: string): void {
    if (reason.startsWith('storage_')) {
      // The server asks for what it refused as soon as it can store again.
      this.events.onNotSaved(reason);
      return;
    }
    // Without an edit of ours there is nothing to take back, and opening the document again would go round in circles.
    if (this.acks.dirty) this.events.onRefused(reason);
    else console.warn(`The server refused a message: ${reason}`);
  }

  private filesChanged(event: Y.YMapEvent<unknown>): void {
    const keys = [...event.changes.keys];
    const removed = keys.filter(([, change]) => change.action === 'delete').map(([path]) => path);
    const added = keys.filter(([, change]) => change.action === 'add').map(([path]) => path);
    if (removed.length === 1 && added.length === 1) this.events.onRenamed(removed[0]!, added[0]!);
    this.updateFiles();
  }

  private updateFiles(): void {
    const paths = [...this.fileMap.keys()].filter((path) => this.text(path) !== null).sort(byFolder);
    const entry = this.meta.get('entry');
    const language = this.meta.get('language');
    this.files.set({
      paths,
      entry: typeof entry === 'string' && paths.includes(entry) ? entry : null,
      language: typeof language === 'string' ? language : null,
    });
  }

  private updatePeople(): void {
    const next = this.awareness.people();
    const before = this.people.get();
    const same = next.length === before.length && next.every((p, i) => {
      const other = before[i]!;
      return p.clientId === other.clientId && p.id === other.id && p.name === other.name;
    });
    if (!same) this.people.set(next);
  }

  private updateSave(): void {
    if (!this.loaded) this.save.set('loading');
    else if (this.connected) this.save.set(this.acks.dirty ? 'saving' : 'saved');
    else this.save.set(this.acks.dirty ? 'offlineUnsaved' : 'offline');
  }
}
