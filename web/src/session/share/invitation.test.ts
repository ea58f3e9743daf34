import { expect, it } from 'vitest';
import type { Invitation } from '../../api/types';
import { describe as inWords, problemOfUses } from './invitation';

it.each(['', 1, '2', 100_000])('takes %j as the number of uses', (typed) => {
  expect(problemOfUses(typed)).toBeNull();
});

it.each([0, -1, 1.5, 100_001, 1_000_000, '-', '99999999999999999999'])('says what is wrong with %j as the number of uses', (typed) => {
  expect(problemOfUses(typed)).toBe('1 to 100000, or nothing.');
});

const now = new Date().toISOString();
const invitation = {
  maxUses: null, uses: 3, expiresAt: null, isUsable: true, createdBy: { id: '1', username: 'ada' }, createdAt: now,
} as unknown as Invitation;

it.each<[Partial<Invitation>, string]>([
  [{}, '3 uses so far, any number left · never ends · by ada just now'],
  [{ maxUses: 5 }, '2 of 5 uses left · never ends · by ada just now'],
  [{ isUsable: false, expiresAt: now }, 'used 3 times · by ada just now'],
  [{ isUsable: false, maxUses: 3 }, 'used 3 of 3 times · by ada just now'],
])('describes an invitation: %j', (change, words) => {
  expect(inWords({ ...invitation, ...change })).toBe(words);
});
