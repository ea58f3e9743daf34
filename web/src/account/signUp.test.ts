import { expect, it } from 'vitest';
import { newAccountChecks } from './signUp';

it.each([
  ['username', '  ', 'Choose a username.'],
  ['username', 'ab', 'A username has from 3 to 32 characters.'],
  ['username', 'a'.repeat(33), 'A username has from 3 to 32 characters.'],
  ['username', 'ada lovelace', "A username has only the letters A to Z, digits, '.', '_' and '-'."],
  ['username', ' ada.l_1-x ', null],
  ['email', ' ', 'Enter your email address.'],
  ['email', 'a b', 'This is not an email address.'],
  ['email', 'a@b@c', 'This is not an email address.'],
  ['email', ' ada@example.org ', null],
  ['password', '', 'Choose a password.'],
  ['password', '1234567', 'A password has at least 8 characters.'],
  ['password', '12345678', null],
] as const)('checks the %s %j', (field, value, problem) => {
  expect(newAccountChecks[field](value)).toBe(problem);
});
