import { createPrivateKey } from 'node:crypto';
import * as z from 'zod';
import { JsonApi } from '../jsonApi';
import type { ApiErrors } from '../jsonApi';
import { sharedTokens, TokenKeeper } from '../tokens';
import type { Token } from '../tokens';
import type { DcosLogin, DcosTarget } from './connections';
import { dcosErrors } from './errors';
import { errorWords } from './wire';

/** Milliseconds before its end at which a token is renewed: one holds for 5 days by default. */
const MARGIN = 60_000;
/** Seconds for which a login token of a service account holds, as with the command line of DC/OS. */
const LOGIN_TOKEN_HOLDS = 300;

const loginSchema = z.looseObject({ token: z.string().min(1).max(65_536) });

/**
 * The tokens for a DC/OS: got by logging in when they are first needed, and anew before they run out. One that the
 * entry has is used as it is.
 */
export function tokensFor(target: DcosTarget): TokenKeeper {
  const { login, http } = target;
  if (login.kind === 'token') {
    // Whether it has run out, the cluster's clock decides.
    return new TokenKeeper(() => Promise.resolve({ value: login.token }), 0);
  }
  const credentials = [JSON.stringify(http), JSON.stringify(login)];
  return sharedTokens(credentials, () => new TokenKeeper(() => logIn(target, login), MARGIN));
}

/**
 * `POST /acs/api/v1/auth/login` (pages/mesosphere/dcos/2.1/security/ent/iam-api of the vendor's documentation).
 *
 * @throws `dcos.badLogin`, `dcos.failed`, `dcos.notDcos`, `http.*`
 */
async function logIn(
  { http }: DcosTarget,
  login: Exclude<DcosLogin, { kind: 'token' }>,
): Promise<Token> {
  const secret = login.kind === 'password' ? login.password : login.privateKey;
  const { uid } = login;
  const body =
    login.kind === 'password'
      ? { uid, password: login.password }
      : { uid, token: await loginToken(uid, login.privateKey, Date.now()) };
  const api = new JsonApi({
    http,
    errors: loginErrors(login),
    words: errorWords,
    who: `"${uid}"`,
    secrets: [secret, ...('token' in body ? [body.token] : [])],
  });
  try {
    // Many wait for it, so no one's signal ends it; its time-outs do. It changes nothing and may be repeated.
    const { signal } = new AbortController();
    const path = '/acs/api/v1/auth/login';
    const again = [502, 503, 504];
    const answer = await api.send(
      { method: 'POST', path, purpose: 'log in', body, again, signal },
      loginSchema,
    );
    if (answer === undefined) {
      throw dcosErrors.notDcos({ message: `${http.where} answers a login with nothing.` });
    }
    const expires = await expiryOf(answer.token);
    return { value: answer.token, ...(expires === undefined ? {} : { expires }) };
  } finally {
    await api.close();
  }
}

function loginErrors(login: DcosLogin): ApiErrors {
  const next =
    login.kind === 'serviceAccount'
      ? 'Check the id of the service account, that the key is its own, and that the clock of this machine is right: a login holds for 5 minutes by it.'
      : undefined;
  const badLogin: ApiErrors['denied'] = (occurrence) =>
    dcosErrors.badLogin({ ...occurrence, ...(next === undefined ? {} : { next }) });
  return {
    denied: badLogin,
    refused: badLogin,
    unknown: dcosErrors.notDcos,
    limited: dcosErrors.limited,
    failed: dcosErrors.failed,
    notApi: dcosErrors.notDcos,
  };
}

/**
 * What a service account shows to log in: a JWT (RS256) with `uid` and `exp`, signed by its private key.
 *
 * @param pem private key, PKCS #8 or PKCS #1
 * @param now milliseconds since 1970
 */
export async function loginToken(uid: string, pem: string, now: number): Promise<string> {
  const { SignJWT } = await import('jose');
  return new SignJWT({ uid })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setExpirationTime(Math.floor(now / 1000) + LOGIN_TOKEN_HOLDS)
    .sign(createPrivateKey(pem));
}

/** When a token runs out by its own word, in milliseconds since 1970; undefined where it does not say. */
export async function expiryOf(token: string): Promise<number | undefined> {
  const { decodeJwt } = await import('jose');
  try {
    const { exp } = decodeJwt(token);
    return exp === undefined ? undefined : exp * 1000;
  } catch {
    return undefined;
  }
}
