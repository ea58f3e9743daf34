/** Milliseconds before attempt `n` (from 0): doubles from half a second to ten, with jitter against herds. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(10_000, 500 * 2 ** Math.min(attempt, 10));
  return ceiling * (0.6 + 0.4 * random());
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
