import { describe, expect, it } from 'vitest';
import { ApiError, UnreachableError } from './problem';
import type { Visit as VisitReply } from './types';
import { Visit } from './visit';

const user = { id: 'u', username: 'reader' };
const reply = (token: string) => ({ accessToken: token, expiresIn: 900 }) as VisitReply;

describe('A visit', () => {
  it('of a reader gets one new token for all who ask, when the old one runs out', async () => {
    let [now, asked] = [0, 0];
    const visit = new Visit('reader', 's', user, { token: 'a', expiresAt: 900_000 }, async () => reply(`b${++asked}`), () => now);
    expect(await visit.token()).toBe('a');
    now = 890_000;
    expect(await Promise.all([visit.token(), visit.token()])).toEqual(['b1', 'b1']);
    await visit.renew('a');
    expect(visit.currentToken).toBe('b1');
    await visit.renew('b1');
    expect(visit.currentToken).toBe('b2');
  });

  it('of a guest is over when its token is', async () => {
    const visit = new Visit('guest', 's', user, { token: 'a', expiresAt: 900_000 }, null, () => 0);
    await expect(visit.renew('a')).rejects.toThrow('over');
    expect(visit.isOver).toBe(true);
  });

  it('is over when the link opens nothing any more, not when the server is away', async () => {
    const answers = [new UnreachableError(), new ApiError(503, 'x', 'x'), new ApiError(404, 'session_not_found', 'x')];
    const visit = new Visit('reader', 's', user, { token: 'a', expiresAt: 0 }, () => Promise.reject(answers.shift()!), () => 0);
    await expect(visit.token()).rejects.toThrow(UnreachableError);
    await expect(visit.token()).rejects.toThrow();
    expect(visit.isOver).toBe(false);
    await expect(visit.token()).rejects.toThrow();
    expect(visit.isOver).toBe(true);
  });
});
