/** The shapes of the HTTP API and the hub, as docs/API.md and docs/WEBSOCKET.md describe them. */

export type Role = 'viewer' | 'editor' | 'admin' | 'owner';

export interface UserRef {
  id: string;
  username: string;
}

export interface User extends UserRef {
  email: string;
  firstName: string | null;
  lastName: string | null;
  role: 'user' | 'admin';
  createdAt: string;
}

export interface Login {
  user: User;
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
}

export interface Participant {
  user: UserRef;
  role: Role;
  isOnline: boolean;
}

export interface SessionSummary {
  id: string;
  title: string;
  description: string;
  language: string;
  isPublic: boolean;
  owner: UserRef;
  /** The caller's; viewer for one who is not in a public session. */
  role: Role;
  participants: Participant[];
  stats?: { lastActivity?: string | null; totalExecutions?: number; activeParticipants?: number };
  createdAt: string;
  updatedAt: string;
}

export interface Session extends SessionSummary {
  settings: SessionSettings;
  /** For admins and the owner. */
  inviteCode?: string | null;
}

export interface SessionSettings {
  maxParticipants: number;
  /** The role of those who join a public session by themselves. */
  publicRole: PublicRole;
}

export type PublicRole = 'viewer' | 'editor';

export interface Pagination {
  page: number;
  limit: number;
  total: number;
}

export interface Language {
  id: string;
  name: string;
  version: string | null;
  available: boolean;
  fileName: string;
  /** A first program. */
  sample?: string;
}

export interface StepResult {
  stdout: string;
  stderr: string;
  exitCode: number | null;
  signal: string | null;
  cpuTimeMs: number;
  wallTimeMs: number;
  memoryBytes: number;
  stdoutTruncated: boolean;
  stderrTruncated: boolean;
  /** The limit that ended the step. */
  limitExceeded?: Limit | null;
  /** Of a compilation: it was done before, and its result was taken again. */
  cached?: boolean;
}

export type Limit = 'cpuTime' | 'wallTime' | 'memory' | 'output';

export type Compare = 'exact' | 'trimmed' | 'tokens' | 'float' | 'regex';

/** A test case as the API takes it. */
export interface TestCaseRequest {
  name?: string;
  stdin?: string;
  expectedOutput: string;
  compare?: Compare;
  tolerance?: number;
  hidden?: boolean;
}

export interface TestVerdict {
  index: number;
  name: string | null;
  hidden: boolean;
  /** Null for a case that was not run, since one before it failed. */
  status: Status | null;
  run: StepResult | null;
  stdin?: string | null;
  expectedOutput?: string | null;
  compare?: Compare | null;
}

export interface OutputFile {
  path: string;
  size: number;
  contentType: string;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}

export interface Status {
  id: number;
  description: string;
}

export interface RunResult {
  jobId: string;
  language: string;
  status: Status;
  compile: StepResult | null;
  /** Null where there are test cases: each has its own. */
  run: StepResult | null;
  testCases?: TestVerdict[] | null;
  outputFiles?: OutputFile[] | null;
  /** Files that the program wrote, but that were too many, too large or no plain files. */
  outputFilesOmitted?: number;
  /** The run had a terminal. */
  terminal?: TerminalSize | null;
  executedBy?: UserRef | null;
  createdAt?: string;
  startedAt?: string | null;
  finishedAt?: string | null;
}

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

export interface ChatMessage {
  id: string;
  user: UserRef;
  text: string;
  sentAt: string;
}

export interface JoinReply {
  messages: ChatMessage[];
  participants: Participant[];
  executions: RunningExecution[];
  queued?: QueuedExecution[];
  lastResult: RunResult | null;
}

export function isMember(session: SessionSummary, user: UserRef): boolean {
  return session.participants.some((p) => p.user.id === user.id);
}

export function canEdit(role: Role): boolean {
  return role === 'editor' || role === 'admin' || role === 'owner';
}

export function canManage(role: Role): boolean {
  return role === 'admin' || role === 'owner';
}
