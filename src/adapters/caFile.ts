import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { httpErrors } from './httpErrors';
import type { TlsSettings } from './http';

/**
 * TLS that trusts the CAs of a file, or the system's own without one. The server is always verified.
 *
 * @param where for messages: `DC/OS "prod" at https://master.example.com`
 * @throws `http.badCaFile`
 */
export async function trusting(where: string, caFile: string | undefined): Promise<TlsSettings> {
  if (caFile === undefined) return { rejectUnauthorized: true };
  const bad = (why: string, cause?: unknown) =>
    httpErrors.badCaFile({ message: `${caFile}, needed for ${where}, ${why}.`, cause });
  let ca: string;
  try {
    ca = await readFile(caFile, 'utf8');
  } catch (cause) {
    throw bad("can't be read", cause);
  }
  // OpenSSL takes it in silence, and trusts nobody.
  if (!ca.includes('-----BEGIN CERTIFICATE-----')) throw bad('has no certificate in it');
  try {
    createSecureContext({ ca });
  } catch (cause) {
    throw bad('holds a certificate that is damaged', cause);
  }
  return { rejectUnauthorized: true, ca: [ca] };
}
