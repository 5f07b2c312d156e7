/*
 * What the `backup` of UCP and MKE writes: an uncompressed tar of the product's named volumes,
 *
 *   ./ucp-controller-server-certs/key.pem     ./<volume>/<path>
 *
 * or an OpenPGP message around it. Nothing in it says which version wrote it: that stands in our manifest.
 * Sources: docker/docs ee/admin/backup/back-up-ucp.md, ee/ucp/ucp-architecture.md; docs.mirantis.com, MKE 3.4 to 3.8,
 * "Backup procedure".
 */

/** File ending of a backup of UCP or MKE in a vault. The product's own files have none that tells. */
export const UCP_ENDING = '.ucp.tar';

/** Without it nobody could log in to what is restored. */
export const SERVER_KEY = 'ucp-controller-server-certs/key.pem';
/** Only in backups of UCP up to 3.1; from 3.2 on it is left out, though the documentation of 3.2 still asks for it. */
export const NODE_KEY = 'ucp-node-certs/key.pem';

/** Volumes that hold nothing but up to 3.1 were backed up all the same: they tell an older backup. */
export const OLDER_VOLUMES: readonly string[] = ['ucp-metrics-data', 'ucp-node-certs'];

/** The product's volumes (ee/ucp/ucp-architecture.md). Others may be there as well. */
export const UCP_VOLUMES: readonly string[] = [
  'ucp-auth-api-certs',
  'ucp-auth-store-certs',
  'ucp-auth-store-data',
  'ucp-auth-worker-certs',
  'ucp-auth-worker-data',
  'ucp-client-root-ca',
  'ucp-cluster-root-ca',
  'ucp-controller-client-certs',
  'ucp-controller-server-certs',
  'ucp-kv',
  'ucp-kv-certs',
  'ucp-metrics-data',
  'ucp-metrics-inventory',
  'ucp-node-certs',
];

/** Names of the product's volumes, also of those that the architecture page does not list. */
export const UCP_FOLDER = /^ucp-[A-Za-z0-9_.-]{1,200}$/;

/** Volume an entry lies in: the first part of its path, empty for the top itself. */
export function volumeOf(path: string): string {
  return path.split('/').find((part) => part !== '' && part !== '.') ?? '';
}

/** The product was renamed with 3.3. */
export function productName(version: string | undefined): 'UCP' | 'MKE' {
  const [, major = '', minor = ''] = /^v?(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  const isMke = Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 3);
  return isMke ? 'MKE' : 'UCP';
}

/** `Docker UCP 3.2.5`, `Mirantis MKE 3.8.1`. */
export function productTitle(version: string): string {
  const maker = productName(version) === 'MKE' ? 'Mirantis' : 'Docker';
  return `${maker} ${productName(version)} ${version.replace(/^v/, '')}`;
}

/** A certificate of the archive, as far as it is shown. */
export interface UcpCertificate {
  /** Member of the archive, without `./`. */
  path: string;
  subject: string;
  issuer: string;
  /** DNS names and addresses. */
  names: string[];
  /** ISO 8601. */
  notBefore: string;
  notAfter: string;
  isCa: boolean;
}

/** A certificate that ends within so many days is worth a word. */
export const SOON_DAYS = 30;

/** What a certificate's end means now. */
export function expiryState(notAfter: string, now: Date): 'expired' | 'soon' | 'later' {
  const left = Date.parse(notAfter) - now.getTime();
  return left < 0 ? 'expired' : left < SOON_DAYS * 86_400_000 ? 'soon' : 'later';
}

/** A volume of the archive. */
export interface UcpVolume {
  name: string;
  files: number;
  /** Of its files. */
  bytes: number;
  /** False where the archive ends or breaks in it. */
  whole: boolean;
}

/** Which rule of a sound backup was looked at, and what was found. */
export interface UcpRule {
  /** `current`: at least 27 files and the server's key (3.2 on). `older`: over 100 files and the node's key besides. */
  id: 'current' | 'older';
  files: number;
  needed: number;
  /** Members that the rule asks for and that are not there. */
  missing: string[];
  holds: boolean;
}
