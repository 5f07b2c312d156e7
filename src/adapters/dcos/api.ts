import type * as z from 'zod';
import { isCancellation, isClusterBackupError } from '../../core/errors';
import { isStatus, JsonApi } from '../jsonApi';
import type { ApiCommand, ApiErrors } from '../jsonApi';
import type { DcosTarget } from './connections';
import { dcosErrors } from './errors';
import { expiryOf, tokensFor } from './login';
import { answerSchema, backupsSchema, errorWords, versionSchema } from './wire';
import type { WireBackup } from './wire';

const BACKUPS = '/system/v1/backup/v1';
const MARATHON = '/service/marathon';
/** After these the edition tells more than the failure does. */
const MAYBE_OPEN = /^dcos\.(badLogin|denied|noService|notDcos|tokenExpired)$/;

/** What DC/OS says it is, without a login. */
export interface DcosRelease {
  version?: string;
  /** `enterprise` or `open`. */
  variant?: string;
}

/** DC/OS over Admin Router: its backup service (`/system/v1/backup/v1`), its Marathon, its release. */
export class DcosApi {
  readonly where: string;
  readonly #api: JsonApi;

  constructor(private readonly target: DcosTarget) {
    const { http, login } = target;
    this.where = http.where;
    this.#api = new JsonApi({
      http,
      errors: errorsFor(login.kind === 'token'),
      words: errorWords,
      who: login.kind === 'token' ? 'the token of the entry' : `"${login.uid}"`,
      login: {
        tokens: tokensFor(target),
        header: (token) => ({ authorization: `token=${token}` }),
      },
      secrets: secretsOf(target),
    });
  }

  /**
   * The backups that the service lists.
   *
   * @param prefix of their ids; all when left out
   * @throws `dcos.*`, `http.*`
   */
  list(signal: AbortSignal, prefix?: string): Promise<WireBackup[]> {
    const query = prefix === undefined ? '' : `?prefix=${encoded(prefix)}`;
    const question = { path: `${BACKUPS}/list${query}`, purpose: 'list its backups', signal };
    return this.#ofService(signal, () => this.#api.get(question, backupsSchema));
  }

  /** One of them; undefined where it is not listed. There is no call for one: a prefix may be that of several. */
  async one(id: string, signal: AbortSignal): Promise<WireBackup | undefined> {
    return (await this.list(signal, id)).find((backup) => backup.id === id);
  }

  /** Asks for a backup, once. @returns it, where the answer tells it @throws as `list` */
  create(label: string, signal: AbortSignal): Promise<WireBackup | undefined> {
    const path = `${BACKUPS}/create`;
    return this.#command(
      { method: 'POST', path, purpose: 'make a backup', body: { label } },
      signal,
    );
  }

  /** Asks for a restore, once. @returns the backup, where the answer tells it @throws as `list` */
  restore(id: string, signal: AbortSignal): Promise<WireBackup | undefined> {
    const path = `${BACKUPS}/restore`;
    return this.#command({ method: 'POST', path, purpose: `restore ${id}`, body: { id } }, signal);
  }

  /** Asks for it to be deleted, once. @throws as `list` */
  async remove(id: string, signal: AbortSignal): Promise<void> {
    const path = `${BACKUPS}/delete`;
    await this.#command({ method: 'DELETE', path, purpose: `delete ${id}`, body: { id } }, signal);
  }

  /** Needs no login. @throws `dcos.*`, `http.*` */
  async release(signal: AbortSignal): Promise<DcosRelease> {
    const path = '/dcos-metadata/dcos-version.json';
    const question = { path, purpose: 'say which version it is', signal, open: true };
    const { version, 'dcos-variant': variant } = await this.#api.get(question, versionSchema);
    return {
      ...(version === undefined ? {} : { version }),
      ...(variant === undefined ? {} : { variant }),
    };
  }

  /**
   * Asks the root Marathon.
   *
   * @param path below `/service/marathon`, with its query: `/v2/info`
   * @param purpose for messages: "list Marathon's groups"
   * @throws `dcos.*`, `http.*`
   */
  marathon<T extends z.ZodType>(
    path: string,
    purpose: string,
    schema: T,
    signal: AbortSignal,
  ): Promise<z.infer<T>> {
    return this.#told(() => this.#api.get({ path: MARATHON + path, purpose, signal }, schema));
  }

  close(): Promise<void> {
    return this.#api.close();
  }

  #command(
    command: Omit<ApiCommand, 'signal'>,
    signal: AbortSignal,
  ): Promise<WireBackup | undefined> {
    return this.#ofService(signal, () => this.#api.send({ ...command, signal }, answerSchema));
  }

  /** What the backup service fails in may be that the open edition has none. */
  async #ofService<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    try {
      return await this.#told(ask);
    } catch (error) {
      if (!isClusterBackupError(error) || !MAYBE_OPEN.test(error.code)) throw error;
      const release = await this.release(signal).catch((failure: unknown): DcosRelease => {
        if (isCancellation(failure)) throw failure;
        return {};
      });
      if (release.variant !== 'open') throw error;
      const version = release.version === undefined ? '' : ` ${release.version}`;
      throw dcosErrors.openEdition({
        message: `${this.where} is the open edition of DC/OS${version}: it has no backup service.`,
        cause: error,
      });
    }
  }

  /** A token that can't be renewed says itself when it ran out. */
  async #told<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      const { login } = this.target;
      if (login.kind !== 'token' || !isStatus(error, 401)) throw error;
      const expires = await expiryOf(login.token);
      if (expires === undefined || expires > Date.now()) throw error;
      throw dcosErrors.tokenExpired({
        message: `${this.where} does not take the token of the entry any more: it ran out on ${new Date(expires).toISOString()}.`,
        cause: error,
      });
    }
  }
}

/** For an address; half a character of UTF-16 has no place there, and the rest of the id finds it. */
function encoded(prefix: string): string {
  return encodeURIComponent(prefix.replace(/\p{Surrogate}.*$/su, ''));
}

function errorsFor(hasToken: boolean): ApiErrors {
  return {
    denied: (occurrence) =>
      hasToken && isStatus(occurrence.cause, 401)
        ? dcosErrors.tokenExpired(occurrence)
        : dcosErrors.denied(occurrence),
    unknown: dcosErrors.noService,
    limited: dcosErrors.limited,
    refused: dcosErrors.refused,
    failed: dcosErrors.failed,
    notApi: dcosErrors.notDcos,
  };
}

function secretsOf({ login }: DcosTarget): string[] {
  if (login.kind === 'password') return [login.password];
  return [login.kind === 'token' ? login.token : login.privateKey];
}
