import { generateKeyPair, randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { DcosRequest } from './contract';

export type Permission = 'dcos:adminrouter:ops:system-backup' | 'dcos:adminrouter:service:marathon';

interface Account {
  id: string;
  password?: string;
  publicKey?: KeyObject;
  /** `superuser`: all there are. */
  may: 'superuser' | readonly Permission[];
}

const loginSchema = z.union([
  z.strictObject({ uid: z.string(), password: z.string() }),
  z.strictObject({ uid: z.string(), token: z.string() }),
]);

/** Who there is, what they may, and the tokens given to them: JWTs, signed here (RS256). */
export class Iam {
  /** Tokens given so far, by the id in them. */
  readonly #given = new Set<string>();

  private constructor(
    private readonly accounts: readonly Account[],
    private readonly key: { privateKey: KeyObject; publicKey: KeyObject },
    /** PEM. */
    readonly servicePrivateKey: string,
  ) {}

  static async make(service: string, people: readonly Account[]): Promise<Iam> {
    const make = () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    const [own, account] = await Promise.all([make(), make()]);
    const pem = account.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const accounts = [
      ...people,
      { id: service, publicKey: account.publicKey, may: 'superuser' as const },
    ];
    return new Iam(accounts, own, pem);
  }

  /** The body of a login, as JSON. Undefined where it is refused. */
  async logIn(body: string, seconds: number): Promise<string | undefined> {
    const asked = loginSchema.safeParse(parsed(body));
    if (!asked.success) return undefined;
    const { data } = asked;
    const account = this.accounts.find(({ id }) => id === data.uid);
    if (account === undefined) return undefined;
    const known =
      'password' in data
        ? account.password !== undefined && account.password === data.password
        : account.publicKey !== undefined &&
          (await provesItself(data.token, data.uid, account.publicKey));
    return known ? this.token(account.id, seconds) : undefined;
  }

  async token(user: string, seconds: number): Promise<string> {
    const { SignJWT } = await import('jose');
    const id = randomUUID();
    this.#given.add(id);
    return new SignJWT({ uid: user })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setJti(id)
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
      .sign(this.key.privateKey);
  }

  revokeAll(): void {
    this.#given.clear();
  }

  /** Whose request it is; undefined where no token holds. A header wins over a cookie. */
  async whoAsks(headers: IncomingHttpHeaders): Promise<string | undefined> {
    const { token } = presented(headers);
    if (token === undefined) return undefined;
    const { jwtVerify } = await import('jose');
    const verified = await jwtVerify(token, this.key.publicKey, {
      algorithms: ['RS256'],
      requiredClaims: ['uid', 'exp', 'jti'],
    }).catch(() => undefined);
    if (verified === undefined || !this.#given.has(verified.payload.jti ?? '')) return undefined;
    return String(verified.payload['uid']);
  }

  may(user: string, permission: Permission): boolean {
    const account = this.accounts.find(({ id }) => id === user);
    return account?.may === 'superuser' || account?.may.includes(permission) === true;
  }
}

/** How a request says who it is. */
export function presented(headers: IncomingHttpHeaders): {
  auth: DcosRequest['auth'];
  token?: string;
} {
  const { authorization, cookie = '' } = headers;
  if (authorization !== undefined) {
    const [, kind, token] = /^(token=|Bearer )\s*(\S+)$/.exec(authorization) ?? [];
    if (token === undefined) return { auth: 'none' };
    return { auth: kind === 'token=' ? 'token' : 'bearer', token };
  }
  const [, token] = /(?:^|;\s*)dcos-acs-auth-cookie=([^;\s]+)/.exec(cookie) ?? [];
  return token === undefined ? { auth: 'none' } : { auth: 'cookie', token };
}

/** A service account signs who it is and until when. */
async function provesItself(token: string, uid: string, key: KeyObject): Promise<boolean> {
  const { jwtVerify } = await import('jose');
  return jwtVerify(token, key, { algorithms: ['RS256'], requiredClaims: ['uid', 'exp'] }).then(
    ({ payload }) => payload['uid'] === uid,
    () => false,
  );
}

export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
