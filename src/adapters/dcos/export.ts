import { Readable } from 'node:stream';
import type { BackupSource, RunContext } from '../../core/ports';
import { exportText, objectText } from '../../snapshots/marathon/tree';
import type { DcosConnections } from './connections';
import { readGroups } from './marathon';
import { marathonInfo } from './marathonFacts';
import { releaseOf } from './status';

/** What everybody should know who holds such a file. */
const NOTES = [
  'An export of Marathon’s groups, not a backup: DC/OS can’t be restored from it.',
  'It holds the groups that this login may see. The env of an app may hold secrets.',
];

/**
 * Reads Marathon's groups as one document (snapshots/marathon/layout.ts). Nothing restarts.
 *
 * @throws `dcos.*`, `http.*`
 */
export async function exportGroups(
  dcos: DcosConnections,
  context: RunContext,
): Promise<BackupSource> {
  const api = await dcos.api();
  context.progress({ phase: 'Reading Marathon’s groups' });
  // First: who may not see them is told what that takes.
  const groups = await readGroups(api, context);
  const [release, { version: marathonVersion }] = await Promise.all([
    releaseOf(api, context),
    marathonInfo(api, context),
  ]);
  const { version } = release;
  const { origin } = new URL(dcos.connection.address);
  const text = exportText(groups, {
    takenAt: context.clock.now().toISOString(),
    address: origin,
    ...(version === undefined ? {} : { dcosVersion: version }),
    ...(marathonVersion === undefined ? {} : { marathonVersion }),
  });
  const bytes = Buffer.from(text);
  return {
    stream: Readable.from([bytes]),
    size: bytes.length,
    ...(version === undefined ? {} : { systemVersion: version }),
    notes: [...NOTES],
    phase: 'Exporting',
    origin: { address: origin },
  };
}

/** One group, app or pod as an export would hold it now; undefined when it is not there. @throws `dcos.*`, `http.*` */
export async function liveText(
  dcos: DcosConnections,
  id: string,
  context: RunContext,
): Promise<string | undefined> {
  return objectText(await readGroups(await dcos.api(), context), id);
}
