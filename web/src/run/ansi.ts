/** How a piece of output looks: an ANSI colour by number, bold. */
export interface Look {
  /** 0 to 15, or null for the normal colour. */
  color: number | null;
  bold: boolean;
}

export const plain: Look = { color: null, bold: false };

export type AnsiToken = { kind: 'text'; text: string; look: Look } | { kind: 'return' };

const ESC = '\u001b';
const LONGEST_SEQUENCE = 256;

/**
 * Splits a stream of output into text with a look and carriage returns. Knows the basic colours; other escape
 * sequences and control characters are left out. A sequence may be split over two pieces.
 */
export class AnsiReader {
  private look = plain;
  private rest = '';

  read(data: string): AnsiToken[] {
    const input = this.rest + data;
    this.rest = '';
    const tokens: AnsiToken[] = [];
    let text = '';
    const flush = () => {
      if (text !== '') tokens.push({ kind: 'text', text, look: this.look });
      text = '';
    };
    for (let i = 0; i < input.length; ) {
      const char = input[i]!;
      if (char === ESC) {
        const end = sequenceEnd(input, i);
        if (end === null) {
          if (input.length - i < LONGEST_SEQUENCE) {
            this.rest = input.slice(i);
            break;
          }
          i++; // Too long to be one.
          continue;
        }
        flush();
        this.apply(input.slice(i, end));
        i = end;
      } else if (char === '\r') {
        if (i + 1 === input.length) {
          this.rest = char; // A line feed may follow in the next piece.
          break;
        }
        if (input[i + 1] !== '\n') {
          flush();
          tokens.push({ kind: 'return' });
        }
        i++;
      } else {
        if (char >= ' ' ? char !== '\u007f' : char === '\n' || char === '\t') text += char;
        i++;
      }
    }
    flush();
    return tokens;
  }

  private apply(sequence: string): void {
    const match = /^\u001b\[([\d;]*)m$/.exec(sequence);
    if (match === null) return;
    const codes = match[1]!.split(';').map((code) => (code === '' ? 0 : Number(code)));
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!;
      if (code === 0) this.look = plain;
      else if (code === 1) this.look = { ...this.look, bold: true };
      else if (code === 22) this.look = { ...this.look, bold: false };
      else if (code >= 30 && code <= 37) this.look = { ...this.look, color: code - 30 };
      else if (code >= 90 && code <= 97) this.look = { ...this.look, color: code - 90 + 8 };
      else if (code === 39) this.look = { ...this.look, color: null };
      else if (code === 38 || code === 48) i += codes[i + 1] === 5 ? 2 : 4; // Palette and RGB colours.
    }
  }
}

/** The index after the escape sequence at `start`; null where its end has not come yet. */
function sequenceEnd(input: string, start: number): number | null {
  const kind = input[start + 1];
  if (kind === undefined) return null;
  if (kind === '[') {
    for (let i = start + 2; i < input.length; i++) {
      const code = input.charCodeAt(i);
      if (code >= 0x40 && code <= 0x7e) return i + 1;
      if (code < 0x20) return i;
    }
    return null;
  }
  if (kind === ']') {
    for (let i = start + 2; i < input.length; i++) {
      if (input[i] === '\u0007') return i + 1;
      if (input[i] === ESC) return input[i + 1] === undefined ? null : i + 2;
    }
    return null;
  }
  return start + 2;
}
