/** A person's colour: the same on every screen, derived from the id and not taken from the wire. */
export interface PersonColor {
  /** For carets and avatars, with white text on it. */
  color: string;
  /** For selections, over light and dark backgrounds. */
  colorLight: string;
}

// Mid-tones that carry white text (contrast 4.5 or more) and stay apart from each other.
const palette = [
  '#0b7a63', '#b4430f', '#6b4fd8', '#0f6fb8', '#a3316f', '#5a7208', '#8a5a00', '#c02942',
  '#1f7a8c', '#7a4b9a', '#4263a8', '#3d7a2e',
];

export function personColor(id: string): PersonColor {
  let hash = 2166136261;
  for (let i = 0; i < id.length; i++) {
    hash = Math.imul(hash ^ id.charCodeAt(i), 16777619);
  }
  // The low bits of FNV-1a are weak for short, similar ids.
  hash ^= hash >>> 15;
  const color = palette[(hash >>> 0) % palette.length]!;
  return { color, colorLight: `${color}40` };
}

export function initials(name: string): string {
  const parts = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const first = [...(parts[0] ?? '?')];
  const second = parts[1] ? [...parts[1]][0] : first[1];
  return (first[0]! + (second ?? '')).toUpperCase();
}
