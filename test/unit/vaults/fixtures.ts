import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import type { Backup, Manifest } from '../../../src/core/model';
import type { Vault } from '../../../src/core/ports';
import {
  openFolderVault,
  type FolderVault,
  type FolderVaultOptions,
} from '../../../src/vaults/folder/folderVault';

export const clock = { now: () => new Date() };

/** A vault in a folder of its own, both gone after the test. */
export async function temporaryVault(
  options: Partial<FolderVaultOptions> = {},
): Promise<{ vault: FolderVault; folder: string; remove: () => Promise<void> }> {
  const top = await mkdtemp(join(tmpdir(), 'vault-test-'));
  const folder = join(top, 'vault');
  const vault = openFolderVault({ folder, clock, settleMs: 0, ...options });
  return { vault, folder, remove: () => rm(top, { recursive: true, force: true }) };
}

export type PartialManifest = Omit<Manifest, 'bytes' | 'file' | 'sha256'>;

export function someManifest(cluster = 'prod', created = new Date(), id = ulid()): PartialManifest {
  return {
    version: 1,
    id,
    cluster,
    system: { kind: 'consul', version: '1.8.7' },
    format: 'consul',
    origin: { kind: 'manual' },
    created: created.toISOString(),
    finished: created.toISOString(),
    encryption: { kind: 'none' },
  };
}

/** A whole manifest, as `adopt` takes it. */
export function manifestFor(content: Uint8Array, cluster = 'prod'): Omit<Manifest, 'file'> {
  return {
    ...someManifest(cluster),
    origin: { kind: 'adopted' },
    bytes: content.length,
    sha256: { stored: sha256(content) },
  };
}

/** Writes a backup from start to end. */
export async function writeBackup(
  vault: Vault,
  content: Uint8Array = Buffer.from('content'),
  options: { cluster?: string; created?: Date; label?: string } = {},
): Promise<Backup> {
  const { cluster = 'prod', created = new Date(), label } = options;
  const manifest = someManifest(cluster, created);
  const writer = await vault.create({ id: manifest.id, cluster, created, label, ending: '.snap' });
  await writer.write(content);
  return writer.commit({ ...manifest, sha256: {}, ...(label === undefined ? {} : { label }) });
}

export async function readAll(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** For assert.rejects: an error of ours with this code and a next step. */
export function withCode(code: string) {
  return (error: unknown): boolean => {
    const { code: found, next, message } = error as { code: string; next: string; message: string };
    if (found !== code || !next) throw new Error(`${found}: ${message}`, { cause: error });
    return true;
  };
}
