import { isAtLeast, type Role, type SessionSettings } from '../../api/types';

export const roleNames: Record<Role, string> = { viewer: 'Viewer', editor: 'Editor', admin: 'Admin', owner: 'Owner' };

/** The roles that admins give, as a select takes them. Who has no account manages nothing. */
export function assignableRoles(guest = false) {
  const roles: Role[] = guest ? ['viewer', 'editor'] : ['viewer', 'editor', 'admin'];
  return roles.map((role) => ({ value: role, label: roleNames[role] }));
}

/** What somebody of each role may do, in a sentence, weakest first. Each may also do what those before may. */
export function roleSentences({ runRole, chatRole }: SessionSettings): { role: Role; sentence: string }[] {
  const might = (role: Role, words: string, least: Role) => (role === least ? [words] : []);
  const sentence = (role: Role, ...own: string[]) => {
    const things = [
      ...own,
      ...might(role, 'run programs', runRole),
      ...might(role, 'write in the chat', chatRole),
    ];
    return { role, sentence: `Can ${list(things)}.` };
  };
  return [
    sentence('viewer', 'read the files', 'follow every edit and run'),
    sentence('editor', 'edit the files', 'keep snapshots'),
    sentence('admin', 'invite and remove people', 'give roles', 'change the settings'),
    sentence('owner', 'delete the session', 'hand it to somebody else'),
  ];
}

/** "admins and owners": those who have at least this role. */
export function rolesFrom(least: Role): string {
  return list((['viewer', 'editor', 'admin', 'owner'] as const).filter((role) => isAtLeast(role, least)).map((role) => `${role}s`));
}

function list(things: readonly string[]): string {
  if (things.length < 3) return things.join(' and ');
  return `${things.slice(0, -1).join(', ')}, and ${things.at(-1)}`;
}
