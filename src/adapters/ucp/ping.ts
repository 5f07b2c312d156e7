import { get } from 'node:https';
import { isIPv6 } from 'node:net';
import { coreErrors } from '../../core/errors';

/** How a controller answered to `/_ping`. */
export type Pinged =
  | { state: 'healthy' }
  /** It answers, and not with 200. */
  | { state: 'unhealthy'; status: number }
  /** Its certificate is signed by none of the authorities. */
  | { state: 'untrusted'; reason: string }
  | { state: 'silent'; reason: string };

/** Milliseconds until a controller has answered. */
const LIMIT = 10_000;

const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
]);

/**
 * Asks a controller whether its manager is healthy (GET /_ping; docker/docs ee/admin/restore/restore-ucp.md).
 *
 * The chain of its certificate is verified, its names are not compared: a restore brings back the certificate as it
 * was, with the names of the machines of then. No credential and nothing of the cluster is sent, and only the status is
 * read, so that one who holds another certificate of the same authority learns nothing and can only lie about health.
 *
 * @param ca PEM; the system's own authorities when empty
 * @throws `core.cancelled`
 */
export function ping(
  { address, port }: { address: string; port: number },
  ca: readonly string[],
  signal: AbortSignal,
): Promise<Pinged> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(coreErrors.cancelled({ message: 'Cancelled.' }));
      return;
    }
    const over = AbortSignal.any([signal, AbortSignal.timeout(LIMIT)]);
    const request = get(
      {
        host: address,
        port,
        path: '/_ping',
        headers: { host: isIPv6(address) ? `[${address}]` : address, connection: 'close' },
        agent: false,
        ...(ca.length === 0 ? {} : { ca: [...ca] }),
        checkServerIdentity: () => undefined,
        signal: over,
      },
      (response) => {
        const status = response.statusCode ?? 0;
        // The text says no more than the status.
        response.destroy();
        resolve(status === 200 ? { state: 'healthy' } : { state: 'unhealthy', status });
      },
    );
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) reject(coreErrors.cancelled({ message: 'Cancelled.' }));
      else if (over.aborted) resolve({ state: 'silent', reason: `no answer in ${LIMIT / 1000} s` });
      else if (UNTRUSTED.has(error.code ?? '')) {
        // What follows is advice for programmers.
        resolve({ state: 'untrusted', reason: error.message.split(';')[0] ?? '' });
      } else resolve({ state: 'silent', reason: error.message });
    });
  });
}

/** What was answered, in a few words. */
export function pingWords(pinged: Pinged): string {
  switch (pinged.state) {
    case 'healthy':
      return 'healthy';
    case 'unhealthy':
      return `answers with status ${pinged.status}`;
    case 'untrusted':
      return `shows a certificate that is not trusted (${pinged.reason})`;
    case 'silent':
      return `does not answer (${pinged.reason})`;
  }
}
