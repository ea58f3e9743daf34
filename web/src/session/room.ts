import { runResult } from '../api/executions';
import { ApiError } from '../api/problem';
import { getSession } from '../api/sessions';
import {
  type JoinReply, type Participant, type Role, type Session, type TerminalSize, type TestCaseRequest, type UserRef,
} from '../api/types';
import { SessionDocument } from '../editor/document';
import type { Visit } from '../api/visit';
import { Store } from '../lib/store';
import { Runs } from '../run/runs';
import { Chat } from './chat';
import { SessionHub } from './hub';

export type End = 'removed' | 'deleted' | 'gone' | 'full' | 'visitOver';

export interface RoomNotices {
  /** With a topic, it takes the place of the notice before on the same. */
  warn: (title: string, message: string, topic?: string) => void;
}

export interface RunOptions {
  stdin?: string;
  args: string[];
  terminal?: TerminalSize;
  testCases?: readonly TestCaseRequest[];
  stopAtFirstFailure?: boolean;
}

/** Why the server refuses an edit, in words for people. */
const refusals: Record<string, string> = {
  document_too_large: 'The document would be larger than this server allows.',
  message_too_large: 'The edit was larger than this server allows.',
  malformed_update: 'This page and the server no longer understood each other.',
  viewers_cannot_edit: 'You can read this session, but not edit it.',
};

/** Why the server stores nothing at the moment, in words for people. */
const storageFaults: Record<string, string> = {
  storage_full: 'The disk of the server is full.',
};

const roleNotices: Record<Role, [title: string, message: string]> = {
  viewer: ['You are a viewer now', 'You can read this session, but no longer edit it.'],
  editor: ['You are an editor now', 'You can change the files and keep snapshots.'],
  admin: ['You are an admin now', 'You can invite and remove people and change the settings.'],
  owner: ['This session is yours now', 'You can also delete it or hand it to somebody else.'],
};

/** Everything about one open session: what the REST API, the hub and the document say about it. */
export class Room {
  readonly session: Store<Session>;
  readonly participants: Store<readonly Participant[]>;
  readonly document: Store<SessionDocument>;
  /** The session is over for this user. */
  readonly ended = new Store<End | null>(null);
  readonly activePath = new Store<string | null>(null);
  readonly hub: SessionHub;
  readonly chat: Chat;
  readonly runs: Runs;

  constructor(
    session: Session,
    readonly me: UserRef,
    private readonly notices: RoomNotices,
    /** Of one who is here without an account. */
    readonly visit: Visit | null = null,
  ) {
    this.session = new Store(session);
    this.participants = new Store<readonly Participant[]>(session.participants);
    this.hub = new SessionHub(session.id, {
      onJoined: (reply) => this.joined(reply),
      onRefused: (error) => this.end(error.code === 'session_full' ? 'full' : 'gone'),
    });
    this.chat = new Chat(session.id, me, this.hub);
    this.runs = new Runs(session.id, me, this.hub, runResult);
    this.hub.on({ ...this.events, ...this.chat.events, ...this.runs.events });
    this.document = new Store(this.openDocument());
    visit?.over.subscribe(() => this.end('visitOver'));
    void this.hub.start();
  }

  get id(): string {
    return this.session.get().id;
  }

  /** Null for one who only reads a public session. */
  get role(): Role | null {
    return this.session.get().role;
  }

  /** Runs the program, after giving the last edits a moment to arrive: the server runs the text that it has. */
  async run({ stdin = '', args, terminal, testCases, stopAtFirstFailure }: RunOptions): Promise<void> {
    const document = this.document.get();
    if (!(await document.saved(3000))) {
      this.notices.warn('Running without your latest edits', 'They have not reached the server yet.');
    }
    const { language, entry } = document.files.get();
    await this.runs.run({
      language: language ?? this.session.get().language,
      entry: entry ?? undefined,
      stdin: stdin === '' ? undefined : stdin,
      // Without a given input the program can be typed to while it runs.
      interactive: stdin === '' && testCases === undefined,
      args: args.length === 0 ? undefined : args,
      terminal,
      testCases,
      stopAtFirstFailure,
    });
  }

  async reload(): Promise<void> {
    try {
      this.accept(await getSession(this.id));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.end('gone');
      // Else the server is away for the moment: entering again through the hub brings the news.
    }
  }

  accept(session: Session): void {
    this.session.set(session);
    this.participants.set(session.participants);
  }

  /** Adds somebody; of one who is there already, what is not said stays as it was. */
  upsert(participant: Participant): void {
    this.participants.update((list) => (list.some((p) => p.user.id === participant.user.id)
      ? list.map((p) => (p.user.id === participant.user.id ? { ...p, ...participant } : p))
      : [...list, participant]));
  }

  drop(userId: string): void {
    this.participants.update((list) => list.filter((p) => p.user.id !== userId));
  }

  destroy(): void {
    this.hub.stop();
    this.chat.destroy();
    this.runs.destroy();
    this.document.get().destroy();
  }

  private readonly events = {
    ParticipantJoined: (e: Participant) => this.upsert({ user: e.user, role: e.role, isOnline: e.isOnline }),
    ParticipantLeft: (e: { user: UserRef; removed: boolean }) => {
      if (e.removed) this.drop(e.user.id);
      else this.changeParticipant(e.user.id, { isOnline: false });
    },
    RoleChanged: (e: { user: UserRef; role: Role }) => {
      this.changeParticipant(e.user.id, { role: e.role });
      if (e.user.id === this.me.id) this.roleChanged(e.role);
      else if (e.role === 'owner') void this.reload();
    },
    Removed: () => this.end('removed'),
    SessionUpdated: () => void this.reload(),
    SessionDeleted: () => this.end('deleted'),
  };

  private joined(reply: JoinReply): void {
    this.participants.set(reply.participants);
    this.chat.entered(reply.messages);
    this.runs.entered(reply.executions, reply.lastResult, reply.queued);
    const mine = reply.participants.find((p) => p.user.id === this.me.id)?.role;
    if (mine !== undefined && mine !== this.role) this.roleChanged(mine);
  }

  private roleChanged(role: Role): void {
    // One's own doing comes back as an event too.
    if (role !== this.role) this.notices.warn(...roleNotices[role], 'role');
    this.session.update((s) => ({ ...s, role }));
    // Admins see more of the session, such as the code of the share link.
    void this.reload();
  }

  private changeParticipant(userId: string, change: Partial<Participant>): void {
    this.participants.update((list) => list.map((p) => (p.user.id === userId ? { ...p, ...change } : p)));
  }

  private openDocument(): SessionDocument {
    return new SessionDocument(this.session.get().id, this.me, {
      onRefused: (reason) => this.replaceDocument(reason),
      onNotSaved: (reason) => this.notices.warn(
        'Your edits cannot be saved at the moment',
        `${storageFaults[reason] ?? 'The server has trouble with its storage.'} They stay in this page, and the server takes them as soon as it can.`,
        'storage',
      ),
      onClosed: (why) => this.end(why === 'forbidden' ? 'removed' : 'deleted'),
      onRenamed: (from, to) => {
        if (this.activePath.get() === from) this.activePath.set(to);
      },
    });
  }

  /** The page goes back to the server's text, so that nobody types into a copy that nobody else sees. */
  private replaceDocument(reason: string): void {
    this.document.get().destroy();
    this.document.set(this.openDocument());
    this.notices.warn('Your last edit was not accepted', `${refusals[reason] ?? reason} The text is the server's again.`);
  }

  private end(why: End): void {
    if (this.ended.get() !== null) return;
    this.ended.set(why);
    this.destroy();
  }
}
