import { describe, expect, it } from 'vitest';
import type { SessionSettings } from '../../api/types';
import { assignableRoles, roleSentences, rolesFrom } from './roles';

const settings = (change: Partial<SessionSettings> = {}): SessionSettings => ({
  maxParticipants: 50, autoSave: true, autoSaveMinutes: 10, publicRole: 'viewer', runRole: 'editor', chatRole: 'viewer', allowGuests: false, ...change,
});

describe('roles', () => {
  it('say what a session allows them', () => {
    const sentence = (role: string, change?: Partial<SessionSettings>) =>
      roleSentences(settings(change)).find((one) => one.role === role)!.sentence;
    expect(sentence('viewer')).toBe('Can read the files, follow every edit and run, and write in the chat.');
    expect(sentence('viewer', { chatRole: 'editor' })).toBe('Can read the files and follow every edit and run.');
    expect(sentence('editor', { runRole: 'admin' })).toBe('Can edit the files and keep snapshots.');
    expect(sentence('admin', { runRole: 'admin' })).toContain('run programs');
  });

  it('give no guest the management', () => {
    expect(assignableRoles(true).map((role) => role.value)).toEqual(['viewer', 'editor']);
    expect(assignableRoles().map((role) => role.value)).toEqual(['viewer', 'editor', 'admin']);
  });

  it('are named from the least one up', () => {
    expect(rolesFrom('admin')).toBe('admins and owners');
    expect(rolesFrom('viewer')).toBe('viewers, editors, admins, and owners');
  });
});
