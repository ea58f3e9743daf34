export interface Arguments {
  args: string[];
  /** What is wrong with the line; null where nothing is. */
  problem: string | null;
}

/** Splits a line into arguments as a shell does for plain words and quotes; nothing is expanded. */
export function parseArguments(line: string): Arguments {
  const args: string[] = [];
  let current: string | null = null;
  let quote: string | null = null;
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (quote !== null) {
      if (char === quote) quote = null;
      else if (char === '\\' && quote === '"' && (line[i + 1] === '"' || line[i + 1] === '\\')) current += line[++i]!;
      else current += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      current ??= '';
    } else if (char === '\\' && i + 1 < line.length) {
      current = (current ?? '') + line[++i]!;
    } else if (/\s/.test(char)) {
      if (current !== null) args.push(current);
      current = null;
    } else {
      current = (current ?? '') + char;
    }
  }
  if (current !== null) args.push(current);
  return { args, problem: quote === null ? null : `A ${quote} is opened and never closed.` };
}
