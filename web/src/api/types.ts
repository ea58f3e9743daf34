/**
 * The shapes of the HTTP API and the hub under the names that the page uses. Those of the API are generated from the
 * server's description (`npm run types`); those that only the hub has are written here, as docs/WEBSOCKET.md says.
 */
import type * as api from './schema';

/** What the page needs of a shape; the rest may be missing where the page makes one itself. */
type Known<T, K extends keyof T> = Pick<T, K> & Partial<T>;

export type Role = api.SessionRole;
export type PublicRole = 'viewer' | 'editor';
export type UserRef = api.UserNameResponse;
export type User = api.UserResponse;
export type Login = api.TokenResponse;
export type Participant = Known<api.ParticipantResponse, 'user' | 'role' | 'isOnline'>;
export type SessionSettings = api.SettingsResponse;
export type Session = Omit<api.SessionResponse, 'participants'> & { participants: Participant[] };
export type SessionSummary = Omit<Session, 'files' | 'content'>;
export type Pagination = api.PaginationResponse;
export type Invitation = api.InvitationResponse;
export type Snapshot = api.SnapshotResponse;
export type SnapshotDiff = api.SnapshotDiffResponse;
export type Visit = Omit<api.VisitResponse, 'session'> & { session: Session };
export type SessionPreview = api.PreviewResponse;
export type ChatMessage = api.ChatMessageEvent;
export type Language = Known<api.LanguageItem, 'id' | 'name' | 'version' | 'available' | 'fileName'>;
export type OutputFile = api.OutputFileItem;
export type TerminalSize = api.TerminalSize;
export type Status = api.ExecutionStatus;

// The description calls these words, and no more.
export type Limit = 'cpuTime' | 'wallTime' | 'memory' | 'output';
export type Compare = 'exact' | 'trimmed' | 'tokens' | 'float' | 'regex';

export type StepResult = Omit<api.ExecutionStep, 'limitExceeded'> & { limitExceeded?: Limit | null };

/** A test case as the page asks for it. */
export type TestCaseRequest = {
  [K in keyof Omit<api.TestCaseRequest, 'expectedOutput' | 'compare'>]?: NonNullable<api.TestCaseRequest[K]>;
} & { expectedOutput: string; compare?: Compare };

export type TestVerdict = Known<Omit<api.TestCaseResult, 'run' | 'compare'>, 'index' | 'name' | 'hidden' | 'status'> & {
  run: StepResult | null;
  compare?: Compare | null;
};

export type RunResult = Known<Omit<api.ExecutionResult, 'compile' | 'run' | 'testCases'>, 'jobId' | 'language' | 'status'> & {
  compile: StepResult | null;
  /** Null where there are test cases: each has its own. */
  run: StepResult | null;
  testCases?: TestVerdict[] | null;
};

export type Phase = 'compile' | 'run';
export type StreamName = 'stdout' | 'stderr';

export interface OutputPiece {
  phase: Phase;
  stream: StreamName;
  /** The index of the test case that printed it. */
  testCase?: number | null;
  data: string;
}

export interface RunningExecution {
  jobId: string;
  language: string;
  user: UserRef;
  startedAt: string;
  terminal?: TerminalSize | null;
  output: OutputPiece[];
}

/** A run that waits for its turn. */
export interface QueuedExecution {
  jobId: string;
  language: string;
  user: UserRef;
  /** 1 is the next. */
  position: number;
}

export interface JoinReply {
  messages: ChatMessage[];
  /** What to ask for as `before` to get the messages before these; null where these are all. */
  nextBefore: string | null;
  participants: Participant[];
  executions: RunningExecution[];
  queued?: QueuedExecution[];
  lastResult: RunResult | null;
}

export function isMember(session: SessionSummary, user: UserRef): boolean {
  return session.participants.some((p) => p.user.id === user.id);
}

export function canEdit(role: Role | null): boolean {
  return role === 'editor' || role === 'admin' || role === 'owner';
}

export function canManage(role: Role | null): boolean {
  return role === 'admin' || role === 'owner';
}

const ranks: readonly Role[] = ['viewer', 'editor', 'admin', 'owner'];

/** Whether a role is as strong as another. */
export function isAtLeast(role: Role, least: Role): boolean {
  return ranks.indexOf(role) >= ranks.indexOf(least);
}

export function canRun({ role, settings }: SessionSummary): boolean {
  return canEdit(role) && isAtLeast(role!, settings.runRole);
}

/** Who only reads a public session has no role and writes as a viewer does. */
export function canChat({ role, settings }: SessionSummary): boolean {
  return isAtLeast(role ?? 'viewer', settings.chatRole);
}

/** Somebody without an account. Events name them only, and no account can have such a name. */
export function isGuest(participant: Participant): boolean {
  return participant.isGuest ?? participant.user.username.endsWith(' (guest)');
}
