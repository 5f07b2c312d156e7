import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { isClusterBackupError } from '../../../src/core/errors';
import type { SnapshotReport } from '../../../src/core/ports';
import { SwarmChecker } from '../../../src/snapshots/swarm/checker';

export interface OuterMember {
  name: string;
  /** Of the header in the archive. */
  at: number;
  content: Buffer;
  header?: object;
}

/** The members of a plain archive, and where each stands in it. */
export function membersOf(archive: Buffer): OuterMember[] {
  const members: OuterMember[] = [];
  for (let at = 0; archive[at] !== 0;) {
    const name = archive.toString('utf8', at, archive.indexOf(0, at)).slice(0, 100);
    const size = parseInt(archive.toString('latin1', at + 124, at + 135), 8);
    members.push({ name, at, content: archive.subarray(at + 512, at + 512 + size) });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return members;
}

/** Packs members again, with the sums they have now. */
export async function packed(members: OuterMember[], resum = true): Promise<Buffer> {
  const tar = pack();
  const all = buffer(tar);
  let sums = '';
  for (const { name, content, header } of members) {
    const isSums = name === 'SHA256SUMS';
    const bytes = isSums && resum ? Buffer.from(sums) : content;
    // A content has one sum for all its pieces, in the summary.
    const isPiece = /\/tar\.\d{6}$/.test(name);
    if (!isPiece) sums += `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`;
    tar.entry({ name, mtime: new Date(0), ...header }, bytes);
  }
  tar.finalize();
  return all;
}

/** What a check of bytes says. */
export async function checked(
  archive: Buffer,
  chunkBytes = 65_536,
): Promise<{ report: SnapshotReport; code?: string; message?: string }> {
  const checker = new SwarmChecker();
  try {
    for (let at = 0; at < archive.length; at += chunkBytes) {
      await checker.push(archive.subarray(at, at + chunkBytes));
    }
    return { report: await checker.finish() };
  } catch (error) {
    if (!isClusterBackupError(error)) throw error;
    return { report: checker.partial(), code: error.code, message: error.message };
  } finally {
    checker.destroy();
  }
}
