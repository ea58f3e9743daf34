import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Auth, type AuthEnvironment } from './auth';

const user = { id: 'u1', username: 'ann', email: 'a@b.c', firstName: null, lastName: null, role: 'user', createdAt: '' };

/** A server with one refresh cookie: each refresh needs the newest, as the real one does. */
function fixture(options: { locks?: boolean; marked?: () => boolean; answers?: (() => Response | Promise<Response>)[] } = {}) {
  const calls: string[] = [];
  let issued = 0;
  const answers = options.answers ?? [];
  const env: AuthEnvironment = {
    fetch: async (path) => {
      calls.push(String(path));
      const answer = answers.shift();
      if (answer !== undefined) return answer();
      issued++;
      return Response.json({ user, accessToken: `token-${issued}`, expiresIn: 900 });
    },
    lock: options.locks === false ? null : (task) => task(),
    now: () => Date.now(),
    mayBeSignedIn: options.marked ?? (() => true),
    announce: () => undefined,
  };
  return { auth: new Auth(env), calls };
}

const refused = (status = 401) => () => Response.json({ status, code: 'invalid_refresh_token', detail: 'No.' }, { status });
const broken = () => {
  throw new TypeError('network');
};

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

describe('Auth', () => {
  it('is signed in after a refresh at page load', async () => {
    const { auth } = fixture();
    await auth.start();
    expect(auth.state.get()).toMatchObject({ status: 'signedIn', user: { username: 'ann' } });
    expect(await auth.token()).toBe('token-1');
  });

  it('is signed out when the server knows no login', async () => {
    const { auth } = fixture({ answers: [refused()] });
    await auth.start();
    expect(auth.state.get().status).toBe('signedOut');
  });

  it('asks for nothing where there is no login', async () => {
    const { auth, calls } = fixture({ marked: () => false });
    await auth.start();
    expect(auth.state.get().status).toBe('signedOut');
    expect(calls).toEqual([]);
  });

  it('asks for nothing after another tab has signed out', async () => {
    let marked = true;
    const { auth, calls } = fixture({ marked: () => marked });
    await auth.start();
    marked = false;
    await auth.loginChangedElsewhere();
    expect(auth.state.get().status).toBe('signedOut');
    expect(calls).toHaveLength(1);
  });

  it('tries again at page load until the server answers', async () => {
    const { auth, calls } = fixture({ answers: [broken, broken] });
    const started = auth.start();
    await vi.advanceTimersByTimeAsync(1);
    expect(auth.state.get().status).toBe('unreachable');
    await vi.advanceTimersByTimeAsync(60_000);
    await started;
    expect(auth.state.get().status).toBe('signedIn');
    expect(calls).toHaveLength(3);
  });

  it('refreshes once for any number of callers', async () => {
    const { auth, calls } = fixture();
    await auth.start();
    await Promise.all([auth.renew('token-1'), auth.renew('token-1'), auth.renew('token-1')]);
    expect(calls).toHaveLength(2);
    await auth.renew('token-1');
    expect(calls).toHaveLength(2);
    expect(await auth.token()).toBe('token-2');
  });

  it('refreshes before the token expires', async () => {
    const { auth, calls } = fixture();
    await auth.start();
    await vi.advanceTimersByTimeAsync(900_000 * 0.8 + 1);
    expect(calls).toHaveLength(2);
    expect(auth.currentToken).toBe('token-2');
  });

  it('keeps the person in view when the login expires in use', async () => {
    const { auth } = fixture({ answers: [() => Response.json({ user, accessToken: 't', expiresIn: 900 }), refused()] });
    await auth.start();
    await expect(auth.renew('t')).rejects.toThrow();
    expect(auth.state.get()).toMatchObject({ status: 'expired', user: { id: 'u1' } });
  });

  it('keeps the login when the server is away for a moment', async () => {
    const { auth } = fixture({ answers: [() => Response.json({ user, accessToken: 't', expiresIn: 900 }), broken, refused(503)] });
    await auth.start();
    await expect(auth.renew('t')).rejects.toThrow();
    await expect(auth.renew('t')).rejects.toThrow();
    expect(auth.state.get().status).toBe('signedIn');
    await auth.renew('t');
    expect(await auth.token()).toBe('token-1');
  });

  it('tolerates another tab that was faster where there are no locks', async () => {
    const { auth } = fixture({ locks: false, answers: [() => Response.json({ user, accessToken: 't', expiresIn: 900 }), refused(409)] });
    await auth.start();
    const renewed = auth.renew('t');
    await vi.advanceTimersByTimeAsync(1000);
    await renewed;
    expect(await auth.token()).toBe('token-1');
  });

  it('is signed out, not expired, after signing out', async () => {
    const { auth } = fixture({ answers: [() => Response.json({ user, accessToken: 't', expiresIn: 900 }), () => new Response(null, { status: 204 })] });
    await auth.start();
    await auth.logout();
    expect(auth.state.get().status).toBe('signedOut');
  });
});
