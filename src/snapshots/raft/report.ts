import type { SnapshotReport } from '../../core/ports';
import type { RaftMeta } from './meta';
import type { RecordFacts } from './recordFacts';

/**
 * The report on a Consul snapshot, whole or as far as it was read.
 *
 * @param walked bytes of state.bin whose records were read
 * @param contentBytes bytes of the file that were taken
 */
export function reportOf(
  meta: RaftMeta | undefined,
  facts: RecordFacts,
  walked: number,
  contentBytes: number,
): SnapshotReport {
  return {
    format: 'consul',
    identity: meta === undefined ? {} : identityOf(meta),
    servers: meta?.servers ?? [],
    stats: facts.stats(),
    totalSize: walked,
    counts: facts.totals(),
    facts: facts.facts(),
    contentBytes,
  };
}

function identityOf(meta: RaftMeta): SnapshotReport['identity'] {
  return {
    id: meta.id,
    index: Number(meta.index),
    term: Number(meta.term),
    formatVersion: meta.version,
    ...(meta.time && { time: meta.time.toISOString() }),
    size: meta.size,
  };
}
