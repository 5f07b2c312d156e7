import type { IncomingHttpHeaders } from 'node:http';
import type { BackupService } from './backupService';
import { ServiceRefusal } from './backupService';
import type { DcosSettings, MarathonGroup } from './contract';
import type { Iam, Permission } from './iam';
import { toldGroups } from './marathon';
import { json, page } from './pages';

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** What stands behind it. */
export interface Behind {
  settings: DcosSettings;
  version: string;
  variant: 'enterprise' | 'open';
  iam: Iam;
  service: BackupService;
  groups(): MarathonGroup;
  /** PEM. */
  ca: string | undefined;
}

const BACKUP = '/system/v1/backup/v1';
const MARATHON = '/service/marathon';
const GATEWAY = [502, 503, 504];

/** Admin Router: who may ask what, and pages of HTML where the answer is no or nobody is there to give one. */
export function adminRouter(behind: Behind) {
  const { settings, variant, iam, service } = behind;
  let away = { requests: 0, until: 0, said: 0 };

  /** A page of status 502, 503 or 504 in turn, while Marathon restarts. */
  const gatewayError = (): Reply | undefined => {
    if (away.requests <= 0 && Date.now() >= away.until) return undefined;
    away.requests--;
    return page(GATEWAY[away.said++ % GATEWAY.length] ?? 502);
  };

  /** Undefined: let in. */
  const denied = async (
    headers: IncomingHttpHeaders,
    permission: Permission,
  ): Promise<Reply | undefined> => {
    const scheme = { 'www-authenticate': variant === 'enterprise' ? 'acsjwt' : 'oauthjwt' };
    const who = await iam.whoAsks(headers);
    if (who === undefined) return page(401, scheme);
    return iam.may(who, permission) ? undefined : page(403, scheme);
  };

  const backups = async (
    method: string,
    url: URL,
    headers: IncomingHttpHeaders,
    body: string,
  ): Promise<Reply> => {
    if (variant === 'open') return page(404);
    const no = await denied(headers, 'dcos:adminrouter:ops:system-backup');
    if (no !== undefined) return no;
    if (settings.away.service) {
      const gone = gatewayError();
      if (gone !== undefined) return gone;
    }
    if (method !== 'GET') {
      // As a strict server: a body says how long it is and what it is.
      if (headers['content-length'] === undefined) return page(411);
      if (!/^application\/json\b/.test(headers['content-type'] ?? '')) {
        return json(400, { errors: ['the content type must be application/json'] });
      }
    }
    try {
      const inside = new URL(url.href.replace(BACKUP, ''));
      const value = service.answer(method, inside, body);
      return value === undefined ? { status: 200, headers: {}, body: '' } : json(200, value);
    } catch (error) {
      if (!(error instanceof ServiceRefusal)) throw error;
      return json(error.status, { errors: [error.message] });
    }
  };

  const marathon = async (
    method: string,
    url: URL,
    headers: IncomingHttpHeaders,
  ): Promise<Reply> => {
    const no = await denied(headers, 'dcos:adminrouter:service:marathon');
    if (no !== undefined) return no;
    const gone = gatewayError();
    if (gone !== undefined) return gone;
    switch (`${method} ${url.pathname.slice(MARATHON.length)}`) {
      case 'GET /v2/groups':
        return json(
          200,
          toldGroups(behind.groups(), url.searchParams.getAll('embed'), settings.tellsAll),
        );
      case 'GET /v2/info':
        return json(200, {
          name: 'marathon',
          version: '1.10.17',
          elected: true,
          leader: '10.0.0.1:8080',
          frameworkId: '6b4a1f2e-0000-4c1f-9d5c-2f8f2a3ab3c1-0001',
        });
      case 'GET /v2/deployments':
        return json(200, settings.deployments);
      case 'GET /v2/leader':
        return json(200, { leader: '10.0.0.1:8080' });
      default:
        return json(404, { message: 'not found' });
    }
  };

  const logIn = async (body: string): Promise<Reply> => {
    const token = await iam.logIn(body, settings.tokenSeconds);
    if (token !== undefined) return json(200, { token });
    return json(401, {
      title: 'Unauthorized',
      description: 'The credentials are not known.',
      code: 'ERR_INVALID_CREDENTIALS',
    });
  };

  const answer = async (
    method: string,
    url: URL,
    headers: IncomingHttpHeaders,
    body: string,
  ): Promise<Reply> => {
    const { pathname } = url;
    if (pathname.startsWith(`${BACKUP}/`)) return backups(method, url, headers, body);
    if (pathname.startsWith(`${MARATHON}/`)) return marathon(method, url, headers);
    switch (`${method} ${pathname}`) {
      case 'GET /dcos-metadata/dcos-version.json':
        return json(200, {
          version: behind.version,
          'dcos-image-commit': '8f5a2d1f3b6d2b7d4c9e1a0f5e6d7c8b9a0f1e2d',
          'bootstrap-id': 'b1a7c3e5d9f0a2b4c6d8e0f1a3b5c7d9e1f2a4b6',
          'dcos-variant': variant,
        });
      case 'GET /acs/api/v1/auth/providers':
        return json(200, providers(variant));
      case 'POST /acs/api/v1/auth/login':
        return logIn(body);
      case 'GET /ca/dcos-ca.crt':
        return behind.ca === undefined
          ? page(404)
          : {
              status: 200,
              headers: { 'content-type': 'application/x-x509-ca-cert' },
              body: behind.ca,
            };
      default:
        return page(404);
    }
  };

  return {
    answer,
    restarts(): void {
      const { requests, milliseconds } = settings.away;
      away = { requests, until: Date.now() + milliseconds, said: 0 };
    },
  };
}

function providers(variant: 'enterprise' | 'open'): unknown {
  const flow = (type: string, method: string, description: string) => ({
    'authentication-type': type,
    'client-method': method,
    config: { start_flow_url: '/acs/api/v1/auth/login' },
    description,
  });
  if (variant === 'open') {
    return {
      'dcos-oidc-auth0': flow(
        'oidc-implicit-flow',
        'browser-prompt-oidcidtoken-get-authtoken',
        'Auth0',
      ),
    };
  }
  return {
    'dcos-users': flow(
      'dcos-uid-password',
      'dcos-usercredential-post-receive-authtoken',
      'Default DC/OS login provider',
    ),
    'dcos-services': flow(
      'dcos-uid-servicekey',
      'dcos-servicecredential-post-receive-authtoken',
      'Default DC/OS service login provider',
    ),
  };
}
