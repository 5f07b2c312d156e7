import { randomInt } from 'node:crypto';
import { coreErrors } from '../core/errors';
import type { ErrorInfo } from '../core/errors';
import type { Manifest, Verification } from '../core/model';
import type { StoredSource } from '../core/operations/source';
import type { DecryptionSecrets, RunContext, SnapshotReport } from '../core/ports';
import type { Detected } from '../snapshots/detect';
import type { FileIndex, FileQuery, FileRow } from '../snapshots/tar/fileIndex';
import { productTitle } from '../snapshots/ucp/layout';
import type { UcpCertificate, UcpRule, UcpVolume } from '../snapshots/ucp/layout';
import { manifestBeside } from '../vaults/folder/manifestBeside';
import { openSource } from './parts';
import type { SourceRef } from './parts';
import { readThrough } from './readThrough';

/** What our manifest of a backup says and its archive does not. */
export type UcpOrigin = Pick<
  Manifest,
  'cluster' | 'system' | 'source' | 'created' | 'origin' | 'label' | 'mode' | 'notes'
>;

/** What an opened backup of UCP or MKE shows. */
export interface OpenedUcpArchive {
  /** For further questions about the same archive. */
  session: number;
  name: string;
  /** Bytes as stored. */
  size: number;
  /** Product and version, as the manifest has them: `Mirantis MKE 3.8.1`. Absent where it does not say. */
  product?: string;
  encryption: { kind: 'none' | 'passphrase' | 'openpgp'; keyIds: string[] };
  /**
   * Absent where the file has no manifest: then neither product nor version is known. An adopted one says neither,
   * and its `created` is the time it was adopted.
   */
  manifest?: UcpOrigin;
  /** What the content is by its first bytes; absent where hardly any came. */
  found?: Detected['id'];
  report: SnapshotReport;
  /** By name. */
  volumes: UcpVolume[];
  /** Soonest to expire first. */
  certificates: UcpCertificate[];
  /** For a damaged archive: of what could be read. */
  rule: UcpRule;
  /** Files that are counted but not listed, as there are too many. */
  unlisted?: number;
  verification: Verification;
  /** Set for a damaged archive: what is wrong with it. The rest is what could be read. */
  error?: ErrorInfo;
}

/** Looking into backups of UCP and MKE; one reading answers all questions. */
export interface UcpArchives {
  /** @throws `core.needsPassphrase`, `core.needsKey`, `openpgp.wrongPassphrase` */
  ucpOpen(
    p: { source: SourceRef; decryption: DecryptionSecrets },
    c: RunContext,
  ): Promise<OpenedUcpArchive>;
  /** A folder of the archive; the volumes are the folders at its top. With a filter, all below that has it in its path. */
  ucpFiles(
    p: FileQuery & { session: number },
    c: RunContext,
  ): Promise<{ rows: FileRow[]; total: number }>;
  ucpClose(p: { session: number }, c: RunContext): Promise<void>;
}

/** Files that are listed; a real backup has some hundreds or thousands. */
const MOST_FILES = 1_000_000;

/** Archives of one thread; sessions live as long as it. */
export function createUcpArchives(): UcpArchives {
  const sessions = new Map<number, FileIndex>();
  // Threads come and go: an id of an ended one must not name another file in the next.
  let lastSession = randomInt(2 ** 40);
  return {
    async ucpOpen({ source, decryption }, context) {
      const { UcpChecker } = await import('../snapshots/ucp/checker');
      const { FileIndex } = await import('../snapshots/tar/fileIndex');
      const files = new FileIndex(MOST_FILES);
      const checker = new UcpChecker((entry) => files.add(entry));
      const stored = await withManifest(source, await openSource(source, context.log));
      const read = await readThrough(stored, decryption, checker, context);
      const session = ++lastSession;
      sessions.set(session, files);
      const manifest = stored.backup?.manifest;
      const version = manifest?.system.version;
      return {
        session,
        name: stored.name,
        size: stored.size,
        ...(manifest === undefined ? {} : { manifest: originOf(manifest) }),
        ...(version === undefined ? {} : { product: productTitle(version) }),
        ...(checker.found === undefined ? {} : { found: checker.found }),
        report: checker.partial(),
        volumes: checker.volumes,
        certificates: checker.certificates.sorted(),
        rule: checker.rule,
        ...(files.left === 0 ? {} : { unlisted: files.left }),
        ...read,
      };
    },

    // eslint-disable-next-line @typescript-eslint/require-await -- what it throws has to reject
    async ucpFiles({ session, ...query }) {
      const files = sessions.get(session);
      if (files !== undefined) return files.query(query);
      throw coreErrors.unknownBackup({
        message: 'This archive is not open any more.',
        next: 'Open it again.',
      });
    },

    ucpClose({ session }) {
      sessions.delete(session);
      return Promise.resolve();
    },
  };
}

/** A file that lies in a vault is that backup, whichever way it was opened. */
async function withManifest(ref: SourceRef, stored: StoredSource): Promise<StoredSource> {
  const manifest = ref.kind === 'file' ? await manifestBeside(ref.path) : undefined;
  if (ref.kind !== 'file' || manifest === undefined) return stored;
  return { ...stored, backup: { manifest, path: ref.path, state: 'present' } };
}

function originOf(manifest: Manifest): UcpOrigin {
  const { cluster, system, source, created, origin, label, mode, notes } = manifest;
  return {
    ...{ cluster, system, created, origin },
    ...(source === undefined ? {} : { source }),
    ...(label === undefined ? {} : { label }),
    ...(mode === undefined ? {} : { mode }),
    ...(notes === undefined ? {} : { notes }),
  };
}
