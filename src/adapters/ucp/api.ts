import { isStatus, JsonApi } from '../jsonApi';
import { TokenKeeper } from '../tokens';
import { ucpApiErrors } from './apiErrors';
import type { ApiTarget } from './apiTarget';
import {
  apiBackupSchema,
  apiBackupsSchema,
  createdSchema,
  errorWords,
  loginSchema,
  versionSchema,
} from './apiWire';
import type { ApiBackup, ApiBackupRequest } from './apiWire';

/** What it answers, as errors of ours. */
const ERRORS = {
  denied: ucpApiErrors.apiDenied,
  unknown: ucpApiErrors.apiTooOld,
  limited: ucpApiErrors.apiLimited,
  refused: ucpApiErrors.apiRefused,
  failed: ucpApiErrors.apiFailed,
  notApi: ucpApiErrors.notUcp,
};

/**
 * The HTTP API of UCP from 3.2 on, and of MKE (docker/docs ee/admin/backup/back-up-ucp.md). A token is held in memory
 * only, and got anew once where it runs out in the middle; it does not say when.
 */
export class UcpApi {
  readonly where: string;
  readonly #api: JsonApi;

  constructor({ http, login }: ApiTarget) {
    this.where = http.where;
    this.#api = new JsonApi({
      http,
      errors: ERRORS,
      words: errorWords,
      who: login === undefined ? 'the client certificate' : `"${login.user}"`,
      secrets: login === undefined ? [] : [login.password],
      ...(login === undefined
        ? {}
        : {
            login: {
              tokens: new TokenKeeper(() => logIn(http, login), 0),
              header: (token: string) => ({ authorization: `Bearer ${token}` }),
            },
          }),
    });
  }

  /** All backups it knows of. @throws `ucp.api*`, `ucp.notUcp`, `http.*` */
  list(signal: AbortSignal): Promise<ApiBackup[]> {
    const question = { path: '/api/ucp/backups', purpose: 'list its backups', signal };
    return this.#api.get(question, apiBackupsSchema);
  }

  /** One of them; undefined where it is not known. @throws `ucp.api*`, `ucp.notUcp`, `http.*` */
  async one(id: string, signal: AbortSignal): Promise<ApiBackup | undefined> {
    const path = `/api/ucp/backup/${encodeURIComponent(id)}`;
    try {
      return await this.#api.get(
        { path, purpose: `say how backup ${id} is`, signal },
        apiBackupSchema,
      );
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /**
   * Asks for a backup, once: only a refusal for haste (429) is repeated.
   *
   * @returns its id, where the answer says so
   * @throws `ucp.apiRefused` with the words of the product, `ucp.api*`, `http.*`
   */
  create(request: ApiBackupRequest, signal: AbortSignal): Promise<string | undefined> {
    const { passphrase } = request;
    return this.#api.send(
      {
        method: 'POST',
        path: '/api/ucp/backup',
        purpose: 'make a backup',
        body: request,
        secrets: passphrase === undefined ? [] : [passphrase],
        signal,
      },
      createdSchema,
    );
  }

  /** The product's version; undefined where the answer is only about an engine. @throws as `list` */
  async version(signal: AbortSignal): Promise<string | undefined> {
    const question = { path: '/version', purpose: 'say which version it is', signal };
    const answer = await this.#api.get(question, versionSchema);
    const component = answer.Components?.find(({ Name }) =>
      /universal control plane|mirantis kubernetes engine|^(ucp|mke)$/i.test(Name ?? ''),
    );
    const [, own] = /^(?:ucp|mke)\/(.+)$/.exec(answer.Version ?? '') ?? [];
    const [version] = /^\d+\.\d+\.\d+[\w.+-]*$/.exec(component?.Version ?? own ?? '') ?? [];
    return version;
  }

  close(): Promise<void> {
    return this.#api.close();
  }
}

/** @throws `ucp.apiLogin`, `ucp.api*`, `ucp.notUcp`, `http.*` */
async function logIn(
  http: ApiTarget['http'],
  { user, password }: NonNullable<ApiTarget['login']>,
): Promise<{ value: string }> {
  const { apiLogin } = ucpApiErrors;
  const api = new JsonApi({
    http,
    errors: { ...ERRORS, denied: apiLogin, refused: apiLogin },
    words: errorWords,
    who: `"${user}"`,
    secrets: [password],
  });
  try {
    // Whoever waits for it may cancel; its own time-outs end it. It changes nothing and may be repeated.
    const { signal } = new AbortController();
    const body = { username: user, password };
    const again = [502, 503, 504];
    const answer = await api.send(
      { method: 'POST', path: '/auth/login', purpose: 'log in', body, again, signal },
      loginSchema,
    );
    if (answer === undefined) {
      throw ucpApiErrors.notUcp({ message: `${http.where} answers a login with nothing.` });
    }
    return { value: answer.auth_token };
  } finally {
    await api.close();
  }
}
