import type { SessionChange } from '../../api/sessions';
import type { PublicRole, Role, Session } from '../../api/types';
import { roleNames } from '../people/roles';

/** The settings as the form has them, one beside the other. */
export interface Values {
  title: string;
  description: string;
  language: string;
  isPublic: boolean;
  publicRole: PublicRole;
  /** Text while it is being typed. */
  maxParticipants: number | string;
  runRole: Role;
  chatRole: Role;
  allowGuests: boolean;
  autoSave: boolean;
  autoSaveMinutes: number | string;
}

export const labels: Record<keyof Values, string> = {
  title: 'Title',
  description: 'Description',
  language: 'Language',
  isPublic: 'Public',
  publicRole: 'Those who join by themselves',
  maxParticipants: 'Most participants',
  runRole: 'Who may run programs',
  chatRole: 'Who may write in the chat',
  allowGuests: 'Let guests in',
  autoSave: 'Automatic snapshots',
  autoSaveMinutes: 'Minutes between snapshots',
};

const own = ['title', 'description', 'language', 'isPublic'] as const;
const inner = ['publicRole', 'maxParticipants', 'runRole', 'chatRole', 'allowGuests', 'autoSave', 'autoSaveMinutes'] as const;

export const fields: readonly (keyof Values)[] = [...own, ...inner];

export function valuesOf(session: Session): Values {
  const { title, description, language, isPublic, settings } = session;
  const { maxParticipants, runRole, chatRole, allowGuests, autoSave, autoSaveMinutes } = settings;
  const publicRole = settings.publicRole === 'editor' ? 'editor' : 'viewer';
  return { title, description, language, isPublic, publicRole, maxParticipants, runRole, chatRole, allowGuests, autoSave, autoSaveMinutes };
}

/** What to ask the server for: the fields that differ, and null where none does. */
export function changeBetween(before: Values, after: Values): SessionChange | null {
  const pick = (names: readonly (keyof Values)[]) =>
    Object.fromEntries(names.filter((name) => before[name] !== after[name]).map((name) => [name, after[name]]));
  const settings = pick(inner);
  const change = { ...pick(own), ...(Object.keys(settings).length > 0 ? { settings } : {}) };
  return Object.keys(change).length > 0 ? change : null;
}

/** A value of a field, in words. */
export function inWords(name: keyof Values, value: Values[keyof Values], languageName: (id: string) => string): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (name === 'language') return languageName(String(value));
  if (name === 'publicRole' || name === 'runRole' || name === 'chatRole') return roleNames[value as Role];
  return value === '' ? 'empty' : typeof value === 'number' ? String(value) : `“${value}”`;
}
