import { isClusterBackupError } from '../../../src/core/errors';
import type { SnapshotReport } from '../../../src/core/ports';
import { consulFormat } from '../../../src/snapshots/raft/checker';

export interface Reading {
  report?: SnapshotReport;
  /** Code of the error it was refused with. */
  code?: string;
  message?: string;
  partial: SnapshotReport;
}

/** Reads a snapshot in pieces of these sizes, over and over; throws only what is no refusal. */
export async function read(
  bytes: Uint8Array,
  sizes: readonly number[] = [65_536],
): Promise<Reading> {
  const checker = consulFormat.checker();
  try {
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length] ?? bytes.length;
      await checker.push(bytes.subarray(at, at + size));
      at += size;
    }
    const report = await checker.finish();
    return { report, partial: await checker.partial() };
  } catch (error) {
    if (!isClusterBackupError(error)) throw error;
    return { code: error.code, message: error.message, partial: await checker.partial() };
  } finally {
    checker.destroy();
  }
}
