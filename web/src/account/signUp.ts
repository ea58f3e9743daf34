/** What a new account is made of, as it is typed. */
export interface NewAccount {
  username: string;
  email: string;
  password: string;
}

type Check = (value: string) => string | null;

/**
 * The plain rules of the server, so that all that is wrong is said at once and in words for a form. What the server
 * finds beyond them it says itself.
 */
export const newAccountChecks: Record<keyof NewAccount, Check> = {
  username: (value) => {
    const name = value.trim();
    if (name === '') return 'Choose a username.';
    if (name.length < 3 || name.length > 32) return 'A username has from 3 to 32 characters.';
    return /^[A-Za-z0-9._-]+$/.test(name) ? null : "A username has only the letters A to Z, digits, '.', '_' and '-'.";
  },
  email: (value) => {
    if (value.trim() === '') return 'Enter your email address.';
    return /^[^\s@]+@[^\s@]+$/.test(value.trim()) ? null : 'This is not an email address.';
  },
  password: (value) => {
    if (value === '') return 'Choose a password.';
    return value.length < 8 ? 'A password has at least 8 characters.' : null;
  },
};
