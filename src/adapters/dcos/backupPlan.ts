import type { PlanLine } from '../../core/plan';
import type { BackupPlan, BackupRequest, RunContext } from '../../core/ports';
import type { DcosConnections } from './connections';
import { blockerOf, busyLines, COVERS, deploymentLines, MARATHON_RESTARTS } from './planLines';

/**
 * What a backup would do, asked of DC/OS and changing nothing.
 *
 * @throws `dcos.*`, `http.*` where it can't be asked
 */
export async function planDcosBackup(
  dcos: DcosConnections,
  { mode }: Pick<BackupRequest, 'mode'>,
  context: RunContext,
): Promise<BackupPlan> {
  if (mode === 'export') return { items: EXPORT };
  const api = await dcos.api();
  const [list, deploying] = await Promise.all([
    api.list(context.signal).then(busyLines, (error: unknown) => [blockerOf(error)]),
    deploymentLines(api, context),
  ]);
  return { items: [...list, MARATHON_RESTARTS, ...deploying, COVERS, STAYS_THERE] };
}

const STAYS_THERE: PlanLine = {
  severity: 'info',
  code: 'dcos.staysThere',
  title: 'The backup is written to the disk of a master and stays there',
  detail:
    'DC/OS has no way to copy it elsewhere: if that disk is lost, so is the backup. An export of Marathon’s groups comes into the vault.',
};

const EXPORT: PlanLine[] = [
  {
    severity: 'info',
    code: 'dcos.exportOnly',
    title: 'An export is no backup: DC/OS can’t be restored from it',
    detail:
      'It holds the groups, apps and pods as Marathon tells them, to look at and to compare. Nothing restarts.',
  },
];
