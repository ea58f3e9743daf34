import { auth } from '../api';
import { changeAccount } from '../api/account';
import type { Preferences } from './preferences';

/** Changes some of the preferences of whoever is signed in; undefined takes one away. What else is stored there stays. */
export async function savePreferences(change: Preferences): Promise<void> {
  const state = auth.state.get();
  if (state.status !== 'signedIn') return;
  const stored = typeof state.user.preferences === 'object' ? state.user.preferences : {};
  await changeAccount({ preferences: { ...stored, ...change } });
}
