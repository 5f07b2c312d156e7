import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { TlsSettings } from '../http';
import { dockerErrors } from './errors';

/** Files in PEM that belong together. */
export interface TlsFiles {
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
}

/** The files in a folder as Docker names them: `ca.pem`, `cert.pem`, `key.pem`. Those that are not there are left out. */
export async function tlsFilesIn(folder: string): Promise<TlsFiles> {
  const files: TlsFiles = {};
  for (const name of ['ca', 'cert', 'key'] as const) {
    const file = join(folder, `${name}.pem`);
    const missing = await readFile(file).then(
      () => false,
      (error: unknown) => ['ENOENT', 'ENOTDIR'].includes(codeOf(error)),
    );
    if (!missing) files[name] = file;
  }
  return files;
}

/**
 * Reads the files and tries whether they fit together.
 *
 * @param whom for messages: `the engine at tcp://10.0.0.5:2376`
 * @throws `docker.badConnection`
 */
export async function readTls(
  whom: string,
  files: TlsFiles,
  serverName: string | undefined,
  skipVerify: boolean,
): Promise<TlsSettings> {
  const read = (file: string): Promise<string> =>
    readFile(file, 'utf8').catch((cause: unknown) => {
      throw dockerErrors.badConnection({
        message: `${file}, needed for ${whom}, can't be read (${codeOf(cause)}).`,
        cause,
      });
    });
  if ((files.cert === undefined) !== (files.key === undefined)) {
    const there = files.cert ?? files.key ?? '';
    throw dockerErrors.badConnection({
      message: `For ${whom} there is only one of certificate and key (${there}).`,
      next: 'Put both beside each other, or take the one away.',
    });
  }
  const settings: TlsSettings = { rejectUnauthorized: !skipVerify };
  if (files.ca !== undefined) {
    const ca = await read(files.ca);
    // OpenSSL takes it in silence, and trusts nobody.
    if (!ca.includes('-----BEGIN CERTIFICATE-----')) {
      throw dockerErrors.badConnection({
        message: `${files.ca}, needed for ${whom}, has no certificate in it.`,
      });
    }
    settings.ca = [ca];
  }
  if (files.cert !== undefined) settings.cert = await read(files.cert);
  if (files.key !== undefined) settings.key = await read(files.key);
  if (serverName !== undefined) settings.servername = serverName;
  try {
    createSecureContext(settings);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw dockerErrors.badConnection({
      message: `OpenSSL does not take the certificates or the key for ${whom} (${why}).`,
      next: 'Check that they are PEM files, that key and certificate belong together, and that the key has no passphrase.',
      cause,
    });
  }
  return settings;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
