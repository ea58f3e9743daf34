import { describe, expect, it, vi } from 'vitest';
import { TestCases } from './testCases';

function storage(kept: Record<string, string> = {}) {
  return {
    kept,
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => void (kept[key] = value),
    removeItem: (key: string) => void delete kept[key],
  };
}

describe('TestCases', () => {
  it('keeps the cases of a person and a session in the browser', () => {
    const browser = storage();
    const before = new TestCases('s', 'u', browser);
    before.change(before.add(), { name: 'one', stdin: '1\n', expectedOutput: '2\n', compare: 'float', tolerance: 0.5, hidden: true });
    before.setStopAtFirstFailure(true);
    const after = new TestCases('s', 'u', browser);
    expect(after.suite.get()).toMatchObject({
      stopAtFirstFailure: true,
      cases: [{ name: 'one', stdin: '1\n', expectedOutput: '2\n', compare: 'float', tolerance: 0.5, hidden: true }],
    });
    expect(new TestCases('other', 'u', browser).suite.get().cases).toEqual([]);
    expect(new TestCases('s', 'other', browser).suite.get().cases).toEqual([]);
  });

  it('leaves nothing behind when the last case is removed', () => {
    const browser = storage();
    const tests = new TestCases('s', 'u', browser);
    tests.remove(tests.add());
    expect(browser.kept).toEqual({});
  });

  it('says so when the browser has no room', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const tests = new TestCases('s', 'u', { ...storage(), setItem: () => { throw new Error('full'); } });
    tests.add();
    expect(tests.lost.get()).toBe(true);
    expect(tests.suite.get().cases).toHaveLength(1);
  });

  it('starts empty where what the browser keeps is broken', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    expect(new TestCases('s', 'u', storage({ 'codecrafter-tests-u-s': '{' })).suite.get().cases).toEqual([]);
  });

  it('gives the same request for a case until it changes', () => {
    const tests = new TestCases('s', 'u', storage());
    const id = tests.add();
    const request = tests.requestOf(tests.suite.get().cases[0]!);
    tests.add();
    expect(tests.requestOf(tests.suite.get().cases[0]!)).toBe(request);
    tests.change(id, { stdin: 'x' });
    expect(tests.requestOf(tests.suite.get().cases[0]!)).not.toBe(request);
  });

  it('sends a tolerance only where numbers are compared', () => {
    const tests = new TestCases('s', 'u', storage());
    const id = tests.add();
    expect(tests.requestOf(tests.suite.get().cases[0]!)).not.toHaveProperty('tolerance');
    tests.change(id, { compare: 'float' });
    expect(tests.requestOf(tests.suite.get().cases[0]!)).toHaveProperty('tolerance');
  });
});

describe('importing', () => {
  it('takes what it exports', () => {
    const from = new TestCases('s', 'u', storage());
    from.change(from.add(), { name: 'n', stdin: 'a', expectedOutput: 'b', compare: 'exact' });
    const to = new TestCases('s', 'u', storage());
    expect(to.addJson(from.toJson())).toBe(1);
    expect(to.toJson()).toBe(from.toJson());
  });

  it('takes a plain array, and fills in what is not there', () => {
    const tests = new TestCases('s', 'u', storage());
    tests.addJson('[{"expectedOutput": "1"}]');
    expect(tests.suite.get().cases).toMatchObject([{ name: '', stdin: '', expectedOutput: '1', compare: 'trimmed', hidden: false }]);
  });

  it.each([
    '{', '1', '{}', '[1]', '[{"stdin": 1}]', '[{"compare": "nearly"}]', '[{"tolerance": -1}]', '[{"tolerance": "1"}]', '[{"hidden": "no"}]',
    JSON.stringify([{ stdin: 'x'.repeat(300_000) }]), JSON.stringify(Array(101).fill({})),
  ])('refuses %.40s and changes nothing', (text) => {
    const tests = new TestCases('s', 'u', storage());
    tests.add();
    expect(() => tests.addJson(text)).toThrow();
    expect(tests.suite.get().cases).toHaveLength(1);
  });
});
