import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UcpChecker } from '../../../src/snapshots/ucp/checker';
import { isClusterBackupError } from '../../../src/core/errors';
import type { SnapshotReport } from '../../../src/core/ports';
import { UCP_VOLUMES } from '../../../src/snapshots/ucp/layout';
import { projectFolder } from './fixtures';
import { tarWith } from './swarm';

export type Member = Parameters<typeof tarWith>[0][number];

/** A certificate of test/unit/snapshots/ucp/fixtures. */
export function certificate(name: 'ca' | 'server' | 'expired'): string {
  return readFileSync(
    join(projectFolder, 'test/unit/snapshots/ucp/fixtures', `${name}.pem`),
    'utf8',
  );
}

/** Not a key: it only looks like one. */
export const KEY = '-----BEGIN EC PRIVATE KEY-----\nbm8ga2V5\n-----END EC PRIVATE KEY-----\n';

const OLDER: readonly string[] = ['ucp-metrics-data', 'ucp-node-certs'];

/** Members of a backup as the product's tar has them: `./`, then each volume with its files. */
export function ucpMembers(family: 'current' | 'older' = 'current'): Member[] {
  const members: Member[] = [{ name: './', type: 'directory' }];
  for (const volume of UCP_VOLUMES) {
    if (family === 'current' && OLDER.includes(volume)) continue;
    members.push({ name: `./${volume}/`, type: 'directory' });
    if (/certs$/.test(volume)) {
      const leaf = volume === 'ucp-controller-server-certs' ? 'server' : 'expired';
      members.push(
        { name: `./${volume}/ca.pem`, content: certificate('ca') },
        { name: `./${volume}/cert.pem`, content: certificate(leaf) },
        { name: `./${volume}/key.pem`, content: KEY },
      );
    } else if (/root-ca$/.test(volume)) {
      members.push(
        { name: `./${volume}/cert.pem`, content: certificate('ca') },
        { name: `./${volume}/key.pem`, content: KEY },
      );
    } else {
      members.push({ name: `./${volume}/data/`, type: 'directory' });
      for (let i = 0; i < (family === 'older' ? 20 : 3); i++) {
        members.push({ name: `./${volume}/data/${i}`, content: `${volume} ${i}`.repeat(40) });
      }
    }
  }
  return members;
}

/** A sound backup, whole. */
export async function ucpArchive(family: 'current' | 'older' = 'current'): Promise<Buffer> {
  return tarWith(ucpMembers(family));
}

/** What the check says of these bytes, cut into pieces. */
export async function checkedUcp(
  bytes: Buffer,
  chunkBytes = bytes.length || 1,
): Promise<{ checker: UcpChecker; report: SnapshotReport; code?: string; message?: string }> {
  const checker = new UcpChecker();
  try {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      // The memory is used again: nothing of a chunk may be kept.
      const chunk = Buffer.from(bytes.subarray(at, at + chunkBytes));
      await checker.push(chunk);
      chunk.fill(0xaa);
    }
    return { checker, report: await checker.finish() };
  } catch (error) {
    if (!isClusterBackupError(error)) throw error;
    return { checker, report: checker.partial(), code: error.code, message: error.message };
  }
}
