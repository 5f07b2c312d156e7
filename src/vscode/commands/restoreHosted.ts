import { toErrorInfo } from '../../core/errors';
import type { HostedRef } from '../../core/model';
import type { HostedRestorePlan } from '../../core/plan';
import { commands } from '../../ids';
import type { ResolvedCluster } from '../../compose/resolvedCluster';
import { showRestorePlan } from '../panels/restorePlanPanel';
import type { PlanPage } from '../panels/restorePlanPanel';
import { tellError } from '../run';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import { safetyBackup } from '../settings';
import type { ClusterEntry } from '../store/clusterStore';
import { spanText } from '../text';
import { chooseHosted } from './choose';
import type { HostedArgument } from './choose';
import { hostedConfirmation, hostedOutcome } from './hostedRestoreWords';

/**
 * *Restore…* of a backup on the platform's own side: planned, shown, confirmed, and followed to its end. `dryRun` ends
 * after the plan.
 */
export async function restoreHosted(
  services: Services,
  argument: HostedArgument | undefined,
  { dryRun }: { dryRun: boolean },
): Promise<void> {
  const chosen = await chooseHosted(services, argument, 'Restore which backup?', {
    cluster: ({ hosted }) => hosted?.restore === true,
    backup: ({ restore }) => restore === true,
  });
  if (chosen === undefined) return;
  const { entry, hosted } = chosen;
  const { id, group, name } = hosted;
  const cluster = await services.store.resolve(entry, services.secrets.asking);
  const common = { cluster, ref: { id, group } satisfies HostedRef };
  const safely = safetyBackup();
  const plan = await runOperation(services, `Plan the restore of ${name}`, 'planHostedRestore', {
    ...common,
    safetyBackup: safely,
  });
  const page = showRestorePlan(services, plan, {
    dryRun,
    safetyBackup: safely,
    replan: (wish, signal) =>
      services.client.call(
        'planHostedRestore',
        { ...common, choices: wish.choices, safetyBackup: wish.safetyBackup },
        { signal },
      ),
  });
  for (;;) {
    const confirmed = await page.decision();
    if (confirmed === undefined) return;
    // What failed or was not confirmed can be planned again on the page.
    if ((await carryOut(services, entry, cluster, confirmed.plan, page)) === 'over') return;
  }
}

/** Asks once more, has the very plan carried out that was shown, and tells how it went. */
async function carryOut(
  services: Services,
  entry: ClusterEntry,
  cluster: ResolvedCluster,
  plan: HostedRestorePlan,
  page: PlanPage<HostedRestorePlan>,
): Promise<'over' | 'again'> {
  const { ui } = services;
  if (!(await ui.confirm(hostedConfirmation(plan, new Date())))) {
    page.reopen();
    return 'again';
  }
  page.tell({ kind: 'running' });
  const start = performance.now();
  try {
    const title = `Restore ${plan.cluster}`;
    const result = await runOperation(services, title, 'restoreHosted', { cluster, plan });
    const took = spanText((performance.now() - start) / 1000);
    const message = hostedOutcome(result, plan, took);
    page.tell({ kind: 'done', message });
    void ui.info(message);
    return 'over';
  } catch (error) {
    const info = toErrorInfo(error);
    const message = `${info.message} ${info.next}`;
    const kind = info.category === 'cancelled' ? 'cancelled' : 'failed';
    page.tell({ kind, message });
    // Cancelled here, the platform may go on: that has to be known also where the page was closed.
    if (kind === 'cancelled') void ui.warn(message);
    else void tellError(services, commands.restoreHosted, info);
    return 'again';
  } finally {
    void services.hosted.refresh(entry);
    void services.store.refreshHealth(entry);
  }
}
