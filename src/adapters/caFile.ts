import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { httpErrors } from './httpErrors';
import type { TlsSettings } from './http';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*(-----END CERTIFICATE-----)?/g;

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
  // OpenSSL takes either in silence, and trusts nobody.
  const certificates = ca.match(CERTIFICATE);
  if (certificates === null) throw bad('has no certificate in it');
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch (cause) {
    throw bad('holds a certificate that is damaged', cause);
  }
  return { rejectUnauthorized: true, ca: [ca] };
}
