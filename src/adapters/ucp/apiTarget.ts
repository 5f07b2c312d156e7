import { readBundleHost } from '../docker/bundle';
import { readTls, tlsFilesIn } from '../docker/tlsFiles';
import type { HttpSettings } from '../http';
import { ucpApiErrors } from './apiErrors';
import type { UcpConnections } from './connections';

/** How the HTTP API is reached. Holds a password: never logged. */
export interface ApiTarget {
  http: HttpSettings;
  /** Without one the client certificate says who we are. */
  login: { user: string; password: string } | undefined;
}

/**
 * Reads how the product's HTTP API is reached: `apiAddress`, else the client bundle's own; a login, else the bundle's
 * certificate. Its certificate is always verified.
 *
 * @throws `ucp.apiConnection`, `docker.badBundle`, `docker.badConnection`
 */
export async function resolveApi({ cluster, connection }: UcpConnections): Promise<ApiTarget> {
  const { apiAddress, apiUser, apiCaFile, clientBundle, timeouts } = connection;
  const bundle = clientBundle === undefined ? {} : await tlsFilesIn(clientBundle);
  const address = apiAddress ?? (clientBundle && httpsOf(await readBundleHost(clientBundle)));
  if (address === undefined || address === '') {
    throw ucpApiErrors.apiConnection({
      message: `The entry of "${cluster.name}" does not say where the product's HTTP API is.`,
      next: 'Give `apiAddress`, e.g. https://ucp.example.com, or a `clientBundle`.',
    });
  }
  const url = new URL(address);
  const password = cluster.secrets['apiPassword'];
  if (apiUser !== undefined && (password === undefined || password === '')) {
    throw ucpApiErrors.apiConnection({
      message: `The entry of "${cluster.name}" has an \`apiUser\` and no \`apiPassword\`.`,
    });
  }
  const isCertified = bundle.cert !== undefined && bundle.key !== undefined;
  if (apiUser === undefined && !isCertified) {
    throw ucpApiErrors.apiConnection({
      message: `The entry of "${cluster.name}" has neither an \`apiUser\` nor a client bundle with a certificate, so nobody can be logged in at ${url.origin}.`,
    });
  }
  const where = `UCP "${cluster.name}" at ${url.origin}`;
  const files = {
    ca: apiCaFile ?? bundle.ca,
    ...(apiUser === undefined ? { cert: bundle.cert, key: bundle.key } : {}),
  };
  return {
    http: {
      origin: url.origin,
      pathPrefix: url.pathname.replace(/\/+$/, ''),
      headers: { accept: 'application/json' },
      tls: await readTls(where, files, undefined, false),
      timeouts: {
        connect: timeouts.connect * 1000,
        headers: timeouts.headers * 1000,
        idle: timeouts.idle * 1000,
      },
      where,
    },
    login: apiUser === undefined ? undefined : { user: apiUser, password: password ?? '' },
  };
}

/** The controller answers both on one port. */
function httpsOf(host: string): string | undefined {
  const [, rest] = /^(?:tcp|https):\/\/(.+)$/.exec(host) ?? [];
  const address = `https://${rest ?? ''}`;
  return rest !== undefined && URL.canParse(address) ? address : undefined;
}
