import { describe, expect, it } from 'vitest';
import { OutputBuffer } from './outputBuffer';

function run(...pieces: string[]): OutputBuffer {
  const buffer = new OutputBuffer();
  for (const piece of pieces) buffer.append('run', 'stdout', piece);
  return buffer;
}

describe('OutputBuffer', () => {
  it('joins what belongs together and keeps the streams apart', () => {
    const buffer = run('a', 'b');
    buffer.append('run', 'stderr', 'x');
    buffer.append('run', 'stdout', 'c');
    expect(buffer.get().segments.map((s) => [s.stream, s.text])).toEqual([['stdout', 'ab'], ['stderr', 'x'], ['stdout', 'c']]);
  });

  it('takes the newest part of long output and passes over what comes twice', () => {
    const buffer = new OutputBuffer();
    buffer.append('run', 'stdout', 'cd', 100);
    buffer.append('run', 'stdout', 'def', 101);
    expect(buffer.toString()).toBe('cdef');
  });

  it('returns the same snapshot until something changes', () => {
    const buffer = run('a');
    const before = buffer.get();
    expect(buffer.get()).toBe(before);
    buffer.append('run', 'stdout', 'b');
    expect(buffer.get()).not.toBe(before);
    expect(before.segments[0]!.text).toBe('a');
  });

  it('keeps the newest part within the cap and says so', () => {
    const buffer = new OutputBuffer();
    for (let i = 0; i < 500; i++) buffer.append('run', 'stdout', `${String(i).padStart(1023, '.')}\n`);
    expect(buffer.toString().length).toBeLessThanOrEqual(256 * 1024);
    expect(buffer.toString().endsWith('499\n')).toBe(true);
    expect(buffer.get().trimmed).toBe(true);
  });

  it('takes one piece that is larger than the cap', () => {
    const buffer = run(`${'x'.repeat(3_000_000)}end`);
    expect(buffer.toString().length).toBeLessThanOrEqual(256 * 1024);
    expect(buffer.toString().endsWith('end')).toBe(true);
  });

  it('bounds the number of segments when the streams take turns', () => {
    const buffer = new OutputBuffer();
    for (let i = 0; i < 10_000; i++) buffer.append('run', i % 2 === 0 ? 'stdout' : 'stderr', 'x');
    expect(buffer.get().segments.length).toBeLessThanOrEqual(2000);
  });

  it('never splits a surrogate pair', () => {
    const text = `a${'😀'.repeat(5000)}`;
    const buffer = run(text);
    expect(buffer.toString()).toBe(text);
    for (const segment of buffer.get().segments) expect(() => encodeURIComponent(segment.text)).not.toThrow();
  });

  it('knows basic colours, also when a sequence is split', () => {
    const buffer = run('a\u001b[3', '1mred\u001b[0m!');
    expect(buffer.get().segments.map((s) => [s.look.color, s.text])).toEqual([[null, 'a'], [1, 'red'], [null, '!']]);
  });

  it('leaves out other sequences and control characters', () => {
    expect(run('\u001b[2J\u001b[Ha\u0000\u0007b\u001b]0;title\u0007c\u001b[38;5;200md').toString()).toBe('abcd');
  });

  it('does not wait for ever for the end of a sequence', () => {
    const buffer = run('\u001b]0;', 'x'.repeat(300), 'shown');
    expect(buffer.toString()).toContain('shown');
  });

  it('treats CRLF as a line end, also when it is split', () => {
    expect(run('a\r\nb\r', '\nc').toString()).toBe('a\nb\nc');
  });

  it('writes over the line after a carriage return', () => {
    expect(run('done\n10%', '\r20%', '\r100%\n').toString()).toBe('done\n100%\n');
  });

  it('shows a stored result', () => {
    const step = { exitCode: 0, signal: null, cpuTimeMs: 1, wallTimeMs: 1, memoryBytes: 1, stdoutTruncated: false, stderrTruncated: false };
    const buffer = run('old');
    buffer.replaceWith({
      jobId: '1', language: 'c', status: { id: 3, description: 'Accepted' },
      compile: { ...step, stdout: '', stderr: 'warning\n' }, run: { ...step, stdout: 'hi\n', stderr: '' },
    });
    expect(buffer.get().segments.map((s) => [s.phase, s.stream, s.text])).toEqual([
      ['compile', 'stderr', 'warning\n'], ['run', 'stdout', 'hi\n'],
    ]);
  });

  it('passes over what came before, by its offset', () => {
    const buffer = run('ab');
    buffer.append('run', 'stdout', 'ab', 0);
    buffer.append('run', 'stdout', 'bcd', 1);
    buffer.append('run', 'stderr', 'x', 0);
    expect(buffer.get().segments.map((s) => [s.stream, s.text])).toEqual([['stdout', 'abcd'], ['stderr', 'x']]);
  });
});
