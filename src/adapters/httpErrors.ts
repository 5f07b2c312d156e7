import type { ClusterBackupError } from '../core/errors';
import { coreErrors, errorTable, isClusterBackupError } from '../core/errors';

export const httpErrors = errorTable('http', {
  unreachable: {
    category: 'failed',
    next: 'Check that the cluster runs, that its address is right and that it can be reached from here.',
  },
  timeout: {
    category: 'failed',
    next: 'Check the network and the load of the cluster, or allow more time in `timeouts`.',
  },
  reset: {
    category: 'failed',
    next: 'Try again; if it stays, look at the log of the server or of the proxy before it.',
  },
  cut: {
    category: 'failed',
    next: 'Nothing of it was kept. Try again; if it stays, look at the log of the server or of the proxy before it.',
  },
  stalled: {
    category: 'failed',
    next: 'Nothing of it was kept. Try again, or allow a longer silence in `timeouts.idle`.',
  },
  tlsUntrusted: {
    category: 'refused',
    next: "Name the file of the CA that signed the server's certificate in `caFile`, or its folder in `caPath`.",
  },
  tlsName: {
    category: 'refused',
    next: "Use an address that the certificate names, or give the certificate's name in `tlsServerName`.",
  },
  tlsExpired: {
    category: 'refused',
    next: "Renew the server's certificate, or set the clock of this machine right.",
  },
  tlsClientCertificate: {
    category: 'refused',
    next: 'Name a certificate that the server takes in `clientCert` and its key in `clientKey`.',
  },
  tls: {
    category: 'failed',
    next: 'Check whether the address begins with the right one of http:// and https://, and its port.',
  },
  redirected: {
    category: 'refused',
    next: 'Enter the address of the server itself: redirects are not followed, so that no token goes elsewhere.',
  },
  badCaFile: {
    category: 'usage',
    next: 'Correct `caFile` in the entry: a file of PEM certificates.',
  },
  tooLarge: { category: 'failed', next: 'Check that the address is the one of the cluster.' },
});

/** What was going on when the connection failed; for the message. */
export interface Occasion {
  /** E.g. `Consul "prod" at https://10.0.0.1:8501`. */
  where: string;
  signal: AbortSignal;
  /** Bytes of the body that had come, once there was one. */
  received?: number;
  /** Milliseconds, as configured. */
  timeouts: { connect: number; headers: number; idle: number };
}

const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'INVALID_CA',
]);
const EXPIRED = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const REACHED_NOBODY: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'the host can not be reached',
  ENETUNREACH: 'the network can not be reached',
  EHOSTDOWN: 'the host is down',
  ENOENT: 'there is no such socket',
  EACCES: 'this user may not open it',
  EPERM: 'this user may not open it',
  ENOTSOCK: 'that is no socket',
};
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ECONNABORTED']);
/** Alerts by which a TLS server asks for another certificate of ours (RFC 8446, section 6.2). */
const CLIENT_ALERT =
  /CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE|ALERT_UNKNOWN_CA|ACCESS_DENIED|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED/;

/** A failure of the connection (undici's, Node's or OpenSSL's) as one of ours; our own pass unchanged. */
export function connectionError(error: unknown, occasion: Occasion): ClusterBackupError {
  if (isClusterBackupError(error)) return error;
  if (occasion.signal.aborted) return coreErrors.cancelled({ message: 'Cancelled.', cause: error });
  const { where, timeouts } = occasion;
  const code = codeOf(error);
  const said = { cause: error };
  if (UNTRUSTED.has(code)) {
    const message = `${where} shows a certificate that no known CA signed (${code}).`;
    return httpErrors.tlsUntrusted({ message, ...said });
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const message = `The certificate of ${where} is for another name: ${wordsOf(error)}.`;
    return httpErrors.tlsName({ message, ...said });
  }
  if (EXPIRED.has(code)) {
    const message = `The certificate of ${where} is out of its time (${code}).`;
    return httpErrors.tlsExpired({ message, ...said });
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO' || code.startsWith('ERR_TLS')) {
    if (
      CLIENT_ALERT.test(code) ||
      CLIENT_ALERT.test(wordsOf(error).toUpperCase().replaceAll(' ', '_'))
    ) {
      const message = `${where} does not let us in without a client certificate that it trusts.`;
      return httpErrors.tlsClientCertificate({ message, ...said });
    }
    return httpErrors.tls({ message: `No TLS connection with ${where}: ${code}.`, ...said });
  }
  const nobody = REACHED_NOBODY[code];
  if (nobody !== undefined) {
    return httpErrors.unreachable({
      message: `${where} was not reached: ${nobody} (${code}).`,
      ...said,
    });
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    const message = `${where} was not reached within ${seconds(timeouts.connect)}.`;
    return httpErrors.unreachable({ message, ...said });
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT') {
    const message = `${where} took the request but did not answer within ${seconds(timeouts.headers)}.`;
    return httpErrors.timeout({ message, ...said });
  }
  if (code === 'UND_ERR_BODY_TIMEOUT') {
    const message = `${where} fell silent for ${seconds(timeouts.idle)} after ${occasion.received ?? 0} bytes.`;
    return httpErrors.stalled({ message, ...said });
  }
  if (occasion.received !== undefined) {
    const message = `${where} ended its answer early, after ${occasion.received} bytes (${code}).`;
    return httpErrors.cut({ message, ...said });
  }
  if (BROKEN.has(code)) {
    const message = `${where} closed the connection without an answer (${code}).`;
    return httpErrors.reset({ message, ...said });
  }
  if (code.startsWith('HPE_')) {
    const message = `${where} answers with something that is not HTTP (${code}).`;
    return httpErrors.tls({ message, ...said });
  }
  return httpErrors.reset({
    message: `The connection with ${where} failed: ${wordsOf(error)}.`,
    ...said,
  });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  // Node tries every address of a name; what failed is then in a list.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function seconds(milliseconds: number): string {
  return milliseconds === 1000 ? '1 second' : `${milliseconds / 1000} seconds`;
}
