const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'long' });
const steps: [limit: number, unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  [3600, 'minute', 60],
  [86_400, 'hour', 3600],
  [7 * 86_400, 'day', 86_400],
];

/** "3 minutes ago", "yesterday", and a date for what is older than a week. */
export function timeAgo(iso: string, now: number = Date.now()): string {
  const then = new Date(iso).getTime();
  const seconds = Math.max(0, (now - then) / 1000);
  if (seconds < 45) return 'just now';
  for (const [limit, unit, size] of steps) {
    if (seconds < limit) return relative.format(-Math.max(1, Math.round(seconds / size)), unit);
  }
  return new Date(then).toLocaleDateString(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
}

/** "in 3 days", "in 20 minutes", rounded up: something that is still there is not said to end in 0 minutes. */
export function timeUntil(iso: string, now: number = Date.now()): string {
  const seconds = Math.max(0, (new Date(iso).getTime() - now) / 1000);
  if (seconds > 2 * 86_400) return relative.format(Math.ceil(seconds / 86_400), 'day');
  if (seconds > 2 * 3600) return relative.format(Math.ceil(seconds / 3600), 'hour');
  return relative.format(Math.max(1, Math.ceil(seconds / 60)), 'minute');
}

export function longDate(iso: string): string {
  return new Date(iso).toLocaleDateString(undefined, { year: 'numeric', month: 'long', day: 'numeric' });
}

export function clockTime(iso: string): string {
  return new Date(iso).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}

/** The day and the time, in full. */
export function fullTime(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'long', timeStyle: 'short' });
}

export function milliseconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  if (n < 1024 * 1024) return `${(n / 1024).toFixed(0)} KB`;
  return `${(n / (1024 * 1024)).toFixed(n < 100 * 1024 * 1024 ? 1 : 0)} MB`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** "10 s", "0.5 s": a limit, without the digits that nobody set. */
export function seconds(ms: number): string {
  const tenths = Math.round(ms / 100) / 10;
  return `${tenths >= 3 ? Math.round(tenths) : tenths} s`;
}
