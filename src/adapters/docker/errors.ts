import {
  ClusterBackupError,
  coreErrors,
  errorTable,
  isClusterBackupError,
} from '../../core/errors';
import { connectionError, type Occasion } from '../httpErrors';

export const dockerErrors = errorTable('docker', {
  badConnection: {
    category: 'usage',
    next: "Correct the engine's entry in cluster-backup.jsonc: docs/docker.md says what it may hold.",
  },
  badContext: {
    category: 'usage',
    next: 'List the contexts with `docker context ls` and name one of them, or give `host`.',
  },
  badBundle: {
    category: 'usage',
    next: 'Download the client bundle again and unpack it: it holds env.sh, ca.pem, cert.pem and key.pem.',
  },
  noSocket: {
    category: 'failed',
    next: "Start Docker, or say where it is: `host`, `context` or `clientBundle` in the cluster's entry, or DOCKER_HOST.",
  },
  denied: {
    category: 'refused',
    next: 'Let this user in: `sudo usermod -aG docker $USER`, then log in anew. Whoever is in that group is root on that machine.',
  },
  unreachable: {
    category: 'failed',
    next: 'Check address and port, that the engine runs, and that no firewall is in between.',
  },
  sshFailed: {
    category: 'failed',
    next: 'Try the same by hand: `ssh HOST docker version`. It has to work without a question: key in the agent, host key known.',
  },
  timeout: {
    category: 'failed',
    next: 'Try again; if it stays, look at the log of the engine: `journalctl -u docker`.',
  },
  stalled: { category: 'failed', next: 'Nothing of it was kept. Try again.' },
  cut: {
    category: 'failed',
    next: 'Nothing of it was kept. Look whether the engine still runs, and try again.',
  },
  reset: { category: 'failed', next: 'Look whether the engine still runs, and try again.' },
  tlsUntrusted: {
    category: 'refused',
    next: "Name the file of the CA that signed the engine's certificate in `caFile`.",
  },
  tlsName: {
    category: 'refused',
    next: "Use an address that the certificate names, or give the certificate's name in `tlsServerName`.",
  },
  tlsExpired: {
    category: 'refused',
    next: "Renew the engine's certificate, or set the clock of this machine right.",
  },
  tlsClientCertificate: {
    category: 'refused',
    next: 'Name a certificate that the engine takes in `clientCert` and its key in `clientKey`.',
  },
  tls: {
    category: 'failed',
    next: 'Check the port: 2376 speaks TLS as a rule, 2375 does not; `https://` or `http://` says which it is.',
  },
  apiTooOld: { category: 'refused', next: 'Update the engine to Docker 1.13 or newer.' },
  badAnswer: {
    category: 'failed',
    next: 'Check that the address is that of a Docker engine, and look at the log.',
  },
  status: { category: 'failed', next: 'Read what the engine says; its own log may say more.' },
});

/** The engine answered, and said no. Carries code `docker.status` where nobody says more. */
export class EngineStatusError extends ClusterBackupError {
  constructor(
    readonly status: number,
    /** The engine's own words. */
    readonly engineMessage: string,
    message: string,
  ) {
    const { code, category, next } = dockerErrors.status({ message });
    super({ code, category, message, next });
  }
}

/** Whether the engine answered with one of these statuses. */
export function isStatus(error: unknown, ...statuses: number[]): error is EngineStatusError {
  return error instanceof EngineStatusError && statuses.includes(error.status);
}

/** What ssh said before it ended. */
export class SshError extends Error {
  override readonly name = 'SshError';
}

type Reason = Exclude<keyof typeof dockerErrors, 'codes'>;

/** A failure of the connection as one of ours; our own pass unchanged. */
export function engineFailure(error: unknown, occasion: Occasion, purpose: string): Error {
  if (isClusterBackupError(error)) return error;
  const { where, signal } = occasion;
  if (signal.aborted) return coreErrors.cancelled({ message: 'Cancelled.', cause: error });
  const wanted = `This was to ${purpose}.`;
  if (error instanceof SshError) {
    return dockerErrors.sshFailed({
      message: `No connection with ${where}: ${error.message} ${wanted}`,
      cause: error,
    });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EACCES' || code === 'EPERM') {
    return dockerErrors.denied({
      message: `This user may not open the socket of ${where} (${code}). ${wanted}`,
      cause: error,
    });
  }
  if (error instanceof Error && /redirects? exceeded/i.test(error.message)) {
    return dockerErrors.badAnswer({
      message: `${where} sends us elsewhere; an engine does not, and no redirect is followed. ${wanted}`,
      cause: error,
    });
  }
  const known = connectionError(error, occasion);
  const reason = known.code.replace(/^http\./, '') as Reason;
  const make = dockerErrors[reason] as (typeof dockerErrors)[Reason] | undefined;
  return make?.({ message: `${known.message} ${wanted}`, cause: error }) ?? known;
}
