import * as vscode from 'vscode';
import type { ResolvedCluster } from '../../compose/resolvedCluster';
import type { BackupScope } from '../../core/model';
import type { PlanLine } from '../../core/plan';
import type { BackupPlan } from '../../core/ports';
import { BACK_UP, backupDecision, blockedText, lineText } from '../backupPlanWords';
import { serverPicks, warns } from '../backupPlanWords';
import { editorErrors } from '../editorErrors';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';

/** What is to be backed up. */
export interface BackupWish {
  /** "Back Up prod". */
  title: string;
  mode: string;
  scope: BackupScope;
  /** Which server takes it, where that was chosen. */
  on?: string | undefined;
}

/** A backup that was planned and agreed to. */
export interface Agreed {
  on?: string | undefined;
  items: readonly PlanLine[];
  /** The companion is backed up beside it. */
  companion: boolean;
}

/**
 * Asks the cluster what a backup would do to it, where its system can say so, and the person where that has to be
 * known first.
 *
 * @returns undefined when the person gives up
 * @throws `editor.backupBlocked`
 */
export async function askBackupPlan(
  services: Services,
  entry: ClusterEntry,
  cluster: ResolvedCluster,
  wish: BackupWish,
  companion: string | undefined,
): Promise<Agreed | undefined> {
  const { announces, takenOn } = entry.definition.capabilities;
  if (announces !== true) return { on: wish.on, items: [], companion: false };
  let plan = await planOf(services, entry, cluster, wish);
  let { on } = wish;
  const picks = takenOn === undefined || on !== undefined ? [] : serverPicks(plan);
  if (takenOn !== undefined && picks.length > 0) {
    const placeHolder = `Which ${takenOn.title.toLowerCase()} takes it? All hold the same.`;
    const picked = await services.ui.pick(picks, { title: wish.title, placeHolder });
    if (picked === undefined) return undefined;
    ({ on } = picked);
    if (on !== plan.on) plan = await planOf(services, entry, cluster, { ...wish, on });
  }
  const { items } = plan;
  for (const line of items) services.log.info(`${entry.config.name}: ${lineText(line)}`);
  if (!warns(items)) return { on, items, companion: false };
  const decision = await services.ui.decide(backupDecision(wish.title, items, companion));
  return decision === undefined ? undefined : { on, items, companion: decision !== BACK_UP };
}

/** @throws `editor.backupBlocked` */
async function planOf(
  services: Services,
  entry: ClusterEntry,
  cluster: ResolvedCluster,
  { title, mode, scope, on }: BackupWish,
): Promise<BackupPlan> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const plan = await vscode.window.withProgress(options, (notification, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    const params = { cluster, mode, scope, on };
    return services.client.call('planBackup', params, {
      signal: abort.signal,
      progress: ({ phase }) => notification.report({ message: phase }),
    });
  });
  const blocked = blockedText(entry.config.name, plan.items);
  if (blocked !== undefined) throw editorErrors.backupBlocked({ message: blocked });
  return plan;
}
