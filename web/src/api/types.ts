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
  description: string | null;
  language: string;
  isPublic: boolean;
  owner: UserRef;
  /** The caller's; null where the caller is not a member of a public session. */
  role: Role | null;
  participants: Participant[];
  stats?: { lastActivity?: string | null; totalExecutions?: number; activeParticipants?: number };
  createdAt: string;
  updatedAt: string;
}

export interface Session extends SessionSummary {
  settings: { maxParticipants: number } & Record<string, unknown>;
  /** For admins and the owner. */
  inviteCode?: string | null;
}

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

export function canEdit(role: Role | null): boolean {
  return role === 'editor' || role === 'admin' || role === 'owner';
}

export function canManage(role: Role | null): boolean {
  return role === 'admin' || role === 'owner';
}
