import { randomUUID } from 'node:crypto';
import { Refusal } from './refusal';

/** Gives access tokens for API tokens, and knows them again. */
export class AccessTokens {
  readonly #given = new Map<string, number>();

  /** @param seconds how long they hold */
  constructor(
    private readonly apiToken: string,
    private readonly seconds: number,
  ) {}

  /** @throws `Refusal` as OAuth words it */
  exchange(authorization: string | undefined, form: URLSearchParams): object {
    const client = `Basic ${Buffer.from('platform-api-user:').toString('base64')}`;
    if (authorization !== client) throw refused(401, 'invalid_client', 'Unknown client.');
    if (form.get('grant_type') !== 'api_token') {
      throw refused(400, 'unsupported_grant_type', 'Not given for that.');
    }
    if (form.get('api_token') !== this.apiToken) {
      throw refused(400, 'invalid_grant', 'Invalid API token.');
    }
    const token = randomUUID();
    this.#given.set(token, Date.now() + this.seconds * 1000);
    return { access_token: token, expires_in: this.seconds, token_type: 'bearer' };
  }

  /** @throws `Refusal` 401 */
  check(authorization: string | undefined): void {
    const [, token = ''] = /^Bearer (.+)$/i.exec(authorization ?? '') ?? [];
    if ((this.#given.get(token) ?? 0) > Date.now()) return;
    throw refused(401, 'invalid_token', 'The access token expired or is not known.');
  }

  /** Those given so far hold no longer. */
  revoke(): void {
    this.#given.clear();
  }
}

const refused = (status: number, error: string, error_description: string): Refusal =>
  new Refusal(status, error_description, { error, error_description });
