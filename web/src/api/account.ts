import { auth, request } from './index';
import type { User } from './types';

export interface AccountChange {
  firstName?: string;
  lastName?: string;
  /** In the place of all that were there. */
  preferences?: Record<string, unknown>;
}

export async function changeAccount(change: AccountChange): Promise<User> {
  const { user } = await request<{ user: User }>('PUT', '/api/auth/me', change);
  auth.changed(user);
  return user;
}

/** Ends every other login of the caller. */
export const changePassword = (currentPassword: string, newPassword: string) =>
  request<void>('POST', '/api/auth/change-password', { currentPassword, newPassword });
