import { X509Certificate } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { UcpCertificate } from './layout';

/** A file of certificates is far smaller; what is larger is something else. */
export const MAX_PEM_BYTES = 64 * 1024;
/** Certificates that are kept of one archive. A real one has some dozens. */
const MAX_CERTIFICATES = 2000;
const MAX_TEXT = 1000;
const MAX_NAMES = 200;
/** Authorities that are handed on for connections to what is restored. */
const MAX_AUTHORITIES = 20;

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const SERVER_VOLUME = 'ucp-controller-server-certs/';
/** Sign what the controllers present, unless certificates of one's own were brought in. */
const AUTHORITY_VOLUMES: readonly string[] = [SERVER_VOLUME, 'ucp-client-root-ca/'];

/** True for the names under which the product keeps certificates. */
export function isCertificateFile(path: string, size: number): boolean {
  return size > 0 && size <= MAX_PEM_BYTES && /\.(pem|crt|cer|cert)$/i.test(path);
}

/** The certificates of an archive. Private keys that stand beside them are not kept. */
export class Certificates {
  readonly found: UcpCertificate[] = [];
  /** In the controller's own certificate. */
  names: string[] = [];
  /** Files with a certificate that can't be read. */
  readonly unreadable: string[] = [];
  /** PEM by fingerprint. */
  private readonly authorities = new Map<string, string>();

  get authoritiesPem(): string[] {
    return [...this.authorities.values()];
  }

  /** Takes a whole file. */
  add(path: string, content: Buffer): void {
    for (const [pem] of content.toString('latin1').matchAll(BLOCK)) {
      if (this.found.length >= MAX_CERTIFICATES) return;
      const parsed = parse(pem);
      if (parsed === undefined) {
        if (this.unreadable.length < MAX_NAMES) this.unreadable.push(path);
        return;
      }
      const certificate = { path, ...parsed.certificate };
      this.found.push(certificate);
      this.note(certificate, pem, parsed.fingerprint);
    }
  }

  /** Soonest to expire first. */
  sorted(): UcpCertificate[] {
    const key = ({ notAfter, path, subject }: UcpCertificate) => `${notAfter}\n${path}\n${subject}`;
    return [...this.found].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  }

  private note({ path, isCa, names }: UcpCertificate, pem: string, fingerprint: string): void {
    const isServer = path.startsWith(SERVER_VOLUME);
    if (isServer && !isCa && (this.names.length === 0 || path === `${SERVER_VOLUME}cert.pem`)) {
      this.names = names;
    }
    const isAuthority = isCa && AUTHORITY_VOLUMES.some((volume) => path.startsWith(volume));
    if (isAuthority && this.authorities.size < MAX_AUTHORITIES) {
      this.authorities.set(fingerprint, `${pem}\n`);
    }
  }
}

function parse(
  pem: string,
): { certificate: Omit<UcpCertificate, 'path'>; fingerprint: string } | undefined {
  try {
    const x509 = new X509Certificate(pem);
    return {
      certificate: {
        subject: distinguishedName(x509.subject),
        issuer: distinguishedName(x509.issuer),
        names: alternativeNames(x509.subjectAltName),
        notBefore: new Date(x509.validFrom).toISOString(),
        notAfter: new Date(x509.validTo).toISOString(),
        isCa: x509.ca,
      },
      fingerprint: x509.fingerprint256,
    };
  } catch {
    // Not X.509, or a time that is none.
    return undefined;
  }
}

/** Node gives one attribute a line; absent for an empty name. */
function distinguishedName(text: string | undefined): string {
  return (text ?? '').trim().split('\n').join(', ').slice(0, MAX_TEXT);
}

/** DNS names and addresses of `DNS:a, IP Address:10.0.0.1, DNS:"odd, one"`. */
export function alternativeNames(text: string | undefined): string[] {
  const names: string[] = [];
  // Node puts names with unusual characters into JSON quotes, so that none can pass for two.
  const name = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/g;
  for (const [, kind, value = ''] of (text ?? '').matchAll(name)) {
    if (kind !== 'DNS' && kind !== 'IP Address') continue;
    const plain = value.replace(/^"(.*)"$/, '$1').slice(0, MAX_TEXT);
    // OpenSSL writes FD00:0:0:0:0:0:0:1 for what everybody calls fd00::1.
    names.push(isIPv6(plain) ? new URL(`http://[${plain}]`).hostname.slice(1, -1) : plain);
    if (names.length >= MAX_NAMES) break;
  }
  return names;
}
