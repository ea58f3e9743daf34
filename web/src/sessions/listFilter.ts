import type { Scope } from '../api/sessions';

/** What of the list is looked for; it is kept in the page's address. */
export interface ListFilter {
  scope: Scope;
  q: string;
  /** A language's id; empty for all. */
  language: string;
}

const scopes: readonly Scope[] = ['all', 'owned', 'joined', 'public', 'deleted'];

export function readFilter(search: string): ListFilter {
  const params = new URLSearchParams(search);
  const scope = scopes.find((one) => one === params.get('scope')) ?? 'all';
  // As long as the server takes them.
  return { scope, q: (params.get('q') ?? '').slice(0, 100), language: (params.get('language') ?? '').slice(0, 50) };
}

/** The address of the list with this filter. */
export function filterPath({ scope, q, language }: ListFilter): string {
  const params = new URLSearchParams();
  if (scope !== 'all') params.set('scope', scope);
  if (q !== '') params.set('q', q);
  if (language !== '') params.set('language', language);
  return params.size === 0 ? '/' : `/?${params}`;
}
