/** The server answered, and refused or failed. `message` is meant for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** What is wrong with which field of the request. */
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** The server did not answer. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';

  constructor() {
    super('The server cannot be reached. Check your connection and try again.');
  }
}

interface ProblemBody {
  title?: unknown;
  detail?: unknown;
  code?: unknown;
  errors?: unknown;
}

const fallbacks: Record<number, string> = {
  401: 'Sign in to go on.',
  403: 'You may not do this.',
  404: 'This does not exist.',
  413: 'This is too large.',
  429: 'Too many requests. Wait a moment and try again.',
  503: 'The server is not ready yet. Try again in a moment.',
};

/** Reads RFC 9457 problem details, and makes do with less where a proxy answered instead of the server. */
export async function problemOf(response: Response): Promise<ApiError> {
  let body: ProblemBody = {};
  try {
    const json: unknown = await response.json();
    if (typeof json === 'object' && json !== null) body = json;
  } catch {
    // Not JSON: the status has to do.
  }
  const text = [body.detail, fallbacks[response.status], body.title].find((t) => typeof t === 'string' && t !== '');
  return new ApiError(
    response.status,
    typeof body.code === 'string' ? body.code : `http_${response.status}`,
    typeof text === 'string' ? text : `The server answered ${response.status}.`,
    fieldsOf(body.errors),
  );
}

function fieldsOf(errors: unknown): Record<string, string> {
  const fields: Record<string, string> = {};
  if (typeof errors !== 'object' || errors === null) return fields;
  for (const [name, messages] of Object.entries(errors)) {
    const list: unknown[] = Array.isArray(messages) ? messages : [messages];
    const text = list.filter((m) => typeof m === 'string').join(' ');
    // A field inside an object is named by its own name: `settings.maxParticipants`.
    const field = name.slice(name.lastIndexOf('.') + 1);
    if (text !== '') fields[field.charAt(0).toLowerCase() + field.slice(1)] = text;
  }
  return fields;
}

export function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : 'Something went wrong.';
}
