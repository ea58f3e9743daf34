import { ApiError, messageOf } from '../api/problem';

/**
 * Puts what the server said beside the fields it is about. Returns what is left to say above the form; null where
 * the fields say it all.
 */
export function showErrors(
  error: unknown,
  fields: readonly string[],
  setErrors: (errors: Record<string, string>) => void,
): string | null {
  if (!(error instanceof ApiError)) return messageOf(error);
  const known = Object.entries(error.fields).filter(([name]) => fields.includes(name));
  setErrors(Object.fromEntries(known));
  const rest = Object.entries(error.fields).filter(([name]) => !fields.includes(name)).map(([, text]) => text);
  if (known.length === 0) return rest.length > 0 ? rest.join(' ') : error.message;
  return rest.length > 0 ? rest.join(' ') : null;
}
