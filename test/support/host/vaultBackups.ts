import { mkdir, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ulid } from 'ulid';
import type { Manifest } from '../../../src/core/model';

/** A backup as another program may have left it in a vault: small bytes, and a manifest that is true to them. */
export interface LaidDown {
  created: Date;
  origin?: Manifest['origin'];
  check?: 'ok' | 'damaged';
  pin?: boolean;
  label?: string;
}

/** Lays a backup down in a cluster's folder of a vault. */
export async function layDown(
  vault: string,
  cluster: string,
  { created, origin = { kind: 'manual' }, check, pin, label }: LaidDown,
): Promise<Manifest> {
  const folder = join(vault, cluster);
  const id = ulid(created.getTime());
  const bytes = Buffer.from(`a snapshot made at ${created.toISOString()}`);
  const sum = createHash('sha256').update(bytes).digest('hex');
  const at = created.toISOString();
  const manifest: Manifest = {
    version: 1,
    id,
    cluster,
    system: { kind: 'consul' },
    format: 'consul',
    file: `${id}.snap`,
    mode: 'consistent',
    origin,
    created: at,
    finished: at,
    bytes: bytes.length,
    sha256: { content: sum, stored: sum },
    encryption: { kind: 'none' },
    ...(check === undefined ? {} : { verification: { at, by: 'test', result: check } }),
    ...(pin === true ? { pin } : {}),
    ...(label === undefined ? {} : { label }),
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, manifest.file), bytes);
  await writeFile(join(folder, `${manifest.file}.manifest.json`), JSON.stringify(manifest));
  return manifest;
}
