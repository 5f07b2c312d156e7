import { Readable } from 'node:stream';
import { redact } from '../../core/redact';
import { HttpClient, HttpStatusError } from '../http';
import type { HttpSettings } from '../http';
import { retryAfter, withRetries } from '../retry';
import { sharedTokens, TokenKeeper } from '../tokens';
import type { Token } from '../tokens';
import { upsunErrors } from './errors';
import { tokenSchema } from './wire';

/** A token lives for 900 seconds; in its last minute it is no longer used. Milliseconds. */
const MARGIN = 60_000;
/** The vendor's own clients introduce themselves by this name, without a password. */
const CLIENT = `Basic ${Buffer.from('platform-api-user:').toString('base64')}`;
/** Asking twice for an access token does no harm. */
const PASSING = [429, 502, 503, 504];

/** Access tokens for an API token, one at a time for all who use it at that address. */
export function accessTokens(settings: HttpSettings, apiToken: string): TokenKeeper {
  const { origin, pathPrefix } = settings;
  return sharedTokens(
    ['upsun', origin, pathPrefix, apiToken],
    () => new TokenKeeper(() => exchange(settings, apiToken), MARGIN),
  );
}

/**
 * Exchanges an API token for an access token, as the vendor's oauth-provider does.
 *
 * @throws `upsun.badToken`, `upsun.limited`, `upsun.apiFailed`, `upsun.notApi`, `http.*`
 */
async function exchange(settings: HttpSettings, apiToken: string): Promise<Token> {
  const http = new HttpClient(settings);
  const form = Buffer.from(
    new URLSearchParams({ grant_type: 'api_token', api_token: apiToken }).toString(),
  );
  // It runs for all who wait for it; its end is the time-outs of the connection.
  const { signal } = new AbortController();
  const asked = Date.now();
  const ask = async () => {
    const { text } = await http.put({
      method: 'POST',
      path: '/oauth2/token',
      headers: { authorization: CLIENT, accept: 'application/json' },
      body: Readable.from([form]),
      size: form.length,
      contentType: 'application/x-www-form-urlencoded',
      signal,
    });
    return text;
  };
  try {
    const answer = await withRetries(ask, judge, signal);
    return read(answer, asked, settings.where);
  } catch (error) {
    throw told(error, settings.where, apiToken);
  } finally {
    await http.close();
  }
}

function judge(error: unknown) {
  return error instanceof HttpStatusError && PASSING.includes(error.status)
    ? { after: retryAfter(error.headers['retry-after'], Date.now()) }
    : undefined;
}

function read(answer: string, asked: number, where: string): Token {
  let value: unknown;
  try {
    value = JSON.parse(answer);
  } catch {
    value = undefined;
  }
  const parsed = tokenSchema.safeParse(value);
  if (!parsed.success) {
    // Its cause could quote the token.
    throw upsunErrors.notApi({
      message: `${where} was asked for an access token and answers with something else.`,
      next: 'Check `authAddress`: https://auth.upsun.com, or https://auth.api.platform.sh.',
    });
  }
  const { access_token: token, expires_in: seconds } = parsed.data;
  return {
    value: token,
    ...(seconds === undefined ? {} : { expires: asked + seconds * 1000 }),
  };
}

function told(error: unknown, where: string, apiToken: string): unknown {
  if (!(error instanceof HttpStatusError)) return error;
  const { status } = error;
  const words = redact(wordsOf(error.text) ?? 'no text', [apiToken]).slice(0, 200);
  const said = `status ${status}: ${words}`;
  if (status === 429) {
    const after = error.headers['retry-after'];
    const when = after === undefined ? '' : ` It asks to wait ${after} seconds.`;
    return upsunErrors.limited({
      message: `${where} limits how often it gives out access tokens (${said}).${when}`,
      cause: error,
    });
  }
  if (status === 400 || status === 401 || status === 403) {
    return upsunErrors.badToken({ message: `${where} does not take the API token (${said}).` });
  }
  const message = `${where} failed to give out an access token (${said}).`;
  return status === 404
    ? upsunErrors.notApi({
        message,
        next: 'Check `authAddress`: https://auth.upsun.com, or https://auth.api.platform.sh.',
      })
    : upsunErrors.apiFailed({ message, cause: error });
}

/** What the platform says of a failure, where it says it as its API does. */
export function wordsOf(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const {
    error,
    error_description: more,
    message,
    title,
    detail,
  } = value as Record<string, unknown>;
  const words = [error, more, message, title, detail].filter(
    (word): word is string => typeof word === 'string' && word !== '',
  );
  const [first] = words;
  if (first !== undefined) return [...new Set(words)].slice(0, 2).join(': ');
  // What was wrong with the fields of a request.
  return typeof detail === 'object' && detail !== null ? JSON.stringify(detail) : undefined;
}
