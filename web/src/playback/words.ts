import { languageName } from '../api/languages';
import { inWords, outcomeOf } from '../run/outcome';
import type { RecordedEvent } from './recording';

/** "1:05", "1:02:03": a place in a recording. */
export function duration(milliseconds: number): string {
  const all = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** What happened, in words, without the name of who did it. */
export function describe(event: RecordedEvent): string {
  switch (event.kind) {
    case 'joined':
      return 'joined';
    case 'left':
      return 'left';
    case 'added':
      return event.role === null ? 'was added' : `was added as ${event.role}`;
    case 'removed':
      return 'is no participant any more';
    case 'roleChanged':
      return event.role === null ? 'has another role' : `became ${event.role}`;
    case 'message':
      return `wrote: ${event.text ?? ''}`;
    case 'run':
      return event.run === null ? 'ran the program' : `ran ${languageName(event.run.result.language, undefined)}: ${inWords(outcomeOf(event.run.result))}`;
  }
}

/** How a kind of event is marked on the timeline. */
export function markOf(event: RecordedEvent): 'run' | 'message' | 'person' {
  return event.kind === 'run' ? 'run' : event.kind === 'message' ? 'message' : 'person';
}
