import type { Invitation } from '../../api/types';
import { plural, timeAgo, timeUntil } from '../../lib/format';

const MAX_USES = 100_000;

/** What is wrong with how many may use an invitation; null where nothing is. Nothing typed means any number. */
export function problemOfUses(typed: number | string): string | null {
  const uses = typed === '' ? 1 : Number(typed);
  return Number.isInteger(uses) && uses >= 1 && uses <= MAX_USES ? null : `1 to ${MAX_USES}, or nothing.`;
}

/** How often an invitation was and can be used, when it ends, and whose it is. */
export function describe({ maxUses, uses, expiresAt, isUsable, createdBy, createdAt }: Invitation): string {
  const by = `by ${createdBy.username} ${timeAgo(createdAt)}`;
  if (!isUsable) return `used ${maxUses === null ? plural(uses, 'time') : `${uses} of ${plural(maxUses, 'time')}`} · ${by}`;
  const left = maxUses === null ? `${plural(uses, 'use')} so far, any number left` : `${Math.max(0, maxUses - uses)} of ${plural(maxUses, 'use')} left`;
  return `${left} · ${expiresAt === null ? 'never ends' : `ends ${timeUntil(expiresAt)}`} · ${by}`;
}
