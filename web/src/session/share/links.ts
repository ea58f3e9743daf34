const address = (sessionId: string) => `${location.origin}/s/${encodeURIComponent(sessionId)}`;

/** Lets whoever has it join; without a code it opens the session for those who are in it. */
export function inviteLink(sessionId: string, code: string | undefined): string {
  return code === undefined ? address(sessionId) : `${address(sessionId)}?invite=${encodeURIComponent(code)}`;
}

/** Lets whoever has it read. */
export function readLink(sessionId: string, token: string): string {
  return `${address(sessionId)}?view=${encodeURIComponent(token)}`;
}
