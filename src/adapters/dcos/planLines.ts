import { isClusterBackupError } from '../../core/errors';
import type { PlanLine } from '../../core/plan';
import type { RunContext } from '../../core/ports';
import type { DcosApi } from './api';
import { isAtWork, stateOf } from './hostedBackup';
import { deployments } from './marathonFacts';
import type { WireBackup } from './wire';

/** A refusal that a plan can show as what stops it; any other failure is thrown. */
export function blockerOf(error: unknown): PlanLine {
  if (!isClusterBackupError(error) || error.category !== 'refused') throw error;
  const { code, message, next } = error;
  return { severity: 'blocker', code, title: message.replace(/\.$/, ''), detail: next };
}

/** What both a backup and a restore do to Marathon. */
export const MARATHON_RESTARTS: PlanLine = {
  severity: 'warning',
  code: 'dcos.marathonRestarts',
  title: 'Marathon restarts',
  detail:
    'Running tasks go on. Until Marathon leads again nothing is launched, scaled, deployed or restarted, and Admin Router may answer with errors.',
};

export const COVERS: PlanLine = {
  severity: 'info',
  code: 'dcos.covers',
  title: 'Only the state of the root Marathon is in a backup',
  detail:
    'Its apps, pods and groups. Not the data of tasks, not Mesos, not a Marathon on Marathon or any other service, not users and secrets.',
};

/** What the service is at; it makes and restores one at a time. */
export function busyLines(list: readonly WireBackup[], but?: string): PlanLine[] {
  const busy = list.find((backup) => backup.id !== but && isAtWork(backup));
  return busy === undefined
    ? []
    : [
        {
          severity: 'blocker',
          code: 'dcos.busy',
          title: `The service is ${doing(busy)} ${busy.id}`,
          detail: 'It does one thing at a time. Wait until it is done.',
        },
      ];
}

/** What the service does with one that it is at. */
export function doing({ status }: WireBackup): string {
  return stateOf(status) === 'inProgress' ? 'making the backup' : 'restoring the backup';
}

/** Deployments that the restart of Marathon comes in the middle of, where they can be seen. */
export async function deploymentLines(api: DcosApi, context: RunContext): Promise<PlanLine[]> {
  const running = await deployments(api, context);
  if (running === undefined || running.length === 0) return [];
  const affected = [...new Set(running.flatMap(({ affects }) => affects))];
  const shown = affected.slice(0, 5).join(', ');
  const more = affected.length > 5 ? ` and ${affected.length - 5} more` : '';
  return [
    {
      severity: 'warning',
      code: 'dcos.deploying',
      // The same title whatever is deployed: a plan holds while deployments come and go.
      title: 'Marathon is in the middle of a deployment',
      detail: `${running.length === 1 ? '1 deployment' : `${running.length} deployments`}${shown === '' ? '' : `: ${shown}${more}`}. It goes on after the restart.`,
    },
  ];
}
