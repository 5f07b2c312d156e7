import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ConnectedCluster } from '../../core/ports';
import { trusting } from '../caFile';
import type { HttpSettings } from '../http';
import { DcosApi } from './api';
import { dcosConnectionSchema } from './definition';
import type { DcosConnection } from './definition';
import { dcosErrors } from './errors';

/** Who we are. Holds secrets: never logged. */
export type DcosLogin =
  | { kind: 'password'; uid: string; password: string }
  | { kind: 'serviceAccount'; uid: string; privateKey: string }
  | { kind: 'token'; token: string };

/** How a DC/OS is reached, and as whom. Holds secrets: never logged. */
export interface DcosTarget {
  http: HttpSettings;
  login: DcosLogin;
}

/** One DC/OS as its entry has it; its API is opened when it is first asked. */
export class DcosConnections {
  readonly connection: DcosConnection;
  #api: Promise<DcosApi> | undefined;

  /** @param state absolute folder of this user's state */
  constructor(
    readonly cluster: ConnectedCluster,
    readonly state: string,
  ) {
    this.connection = dcosConnectionSchema.parse(cluster.connection);
  }

  /** @throws `dcos.badConnection`, `http.badCaFile` */
  api(): Promise<DcosApi> {
    this.#api ??= resolveDcos(this.cluster, this.connection).then((target) => new DcosApi(target));
    return this.#api;
  }

  async close(): Promise<void> {
    const api = await this.#api?.catch(() => undefined);
    await api?.close();
  }
}

/**
 * Reads how a DC/OS is reached. Its certificate is always verified.
 *
 * @throws `dcos.badConnection`, `http.badCaFile`
 */
export async function resolveDcos(
  cluster: ConnectedCluster,
  connection: DcosConnection,
): Promise<DcosTarget> {
  const { address, caFile, timeouts } = connection;
  const url = new URL(address);
  const where = `DC/OS "${cluster.name}" at ${url.origin}`;
  const login = await loginOf(cluster, connection);
  return {
    http: {
      origin: url.origin,
      pathPrefix: url.pathname.replace(/\/+$/, ''),
      headers: { accept: 'application/json' },
      tls: await trusting(where, caFile),
      timeouts: {
        connect: timeouts.connect * 1000,
        headers: timeouts.headers * 1000,
        idle: timeouts.idle * 1000,
      },
      where,
    },
    login,
  };
}

/** @throws `dcos.badConnection` where it is not exactly one way to log in */
async function loginOf(
  { name, secrets }: ConnectedCluster,
  connection: DcosConnection,
): Promise<DcosLogin> {
  const { user, serviceAccount, privateKey, privateKeyFile } = connection;
  const bad = (why: string, cause?: unknown) =>
    dcosErrors.badConnection({ message: `The entry of "${name}" ${why}.`, cause });
  const given = {
    '`user` with `password`': user ?? connection.password,
    '`serviceAccount` with its private key': serviceAccount ?? privateKey ?? privateKeyFile,
    '`token`': connection.token,
  };
  const ways = Object.keys(given);
  const taken = Object.entries(given).filter(([, value]) => value !== undefined);
  if (taken.length !== 1) {
    const what =
      taken.length === 0
        ? 'has no way to log in'
        : `has ${taken.length} ways to log in: ${taken.map(([way]) => way).join(', ')}`;
    throw bad(`${what}. It needs exactly one of ${ways.join(', ')}`);
  }
  if (connection.token !== undefined) {
    if (!secrets['token']) throw bad('has an empty `token`');
    return { kind: 'token', token: secrets['token'].trim() };
  }
  if (user !== undefined || connection.password !== undefined) {
    if (user === undefined) throw bad('has a `password` and no `user`');
    if (!secrets['password']) throw bad('has a `user` and no `password`');
    return { kind: 'password', uid: user, password: secrets['password'] };
  }
  if (serviceAccount === undefined) throw bad('has a private key and no `serviceAccount`');
  if (privateKey !== undefined && privateKeyFile !== undefined) {
    throw bad('has both `privateKey` and `privateKeyFile`: one is enough');
  }
  if (privateKey === undefined && privateKeyFile === undefined) {
    throw bad('has a `serviceAccount` and no `privateKey` or `privateKeyFile`');
  }
  const pem =
    privateKeyFile === undefined
      ? (secrets['privateKey'] ?? '')
      : await readFile(privateKeyFile, 'utf8').catch((cause: unknown) => {
          throw bad(`names a \`privateKeyFile\` that can't be read: ${privateKeyFile}`, cause);
        });
  const key = readKey(pem);
  if (key?.asymmetricKeyType !== 'rsa') {
    const which = privateKeyFile ?? '`privateKey`';
    const why = /ENCRYPTED/.test(pem) ? 'it is locked with a passphrase' : 'RSA, in PEM';
    throw bad(`has no private key that can be used in ${which} (${why})`);
  }
  return { kind: 'serviceAccount', uid: serviceAccount, privateKey: pem };
}

/** PKCS #8 or the older PKCS #1, as the command line of DC/OS writes them. */
function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
