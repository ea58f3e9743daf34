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
}

export interface RunResult {
  jobId: string;
  language: string;
  status: { id: number; description: string };
  compile: StepResult | null;
  run: StepResult | null;
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
  data: string;
}

export interface RunningExecution {
  jobId: string;
  language: string;
  user: UserRef;
  startedAt: string;
  output: OutputPiece[];
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
