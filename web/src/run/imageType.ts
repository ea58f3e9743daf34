const types: Record<string, string> = {
  png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', svg: 'image/svg+xml', webp: 'image/webp',
};

/** The type of a picture by its name; null for what is not shown as one. */
export function imageTypeOf(path: string): string | null {
  const match = /\.([a-z]+)$/i.exec(path);
  return match === null ? null : types[match[1]!.toLowerCase()] ?? null;
}
