import type * as vscode from 'vscode';
import type { SourceRef } from '../../compose/parts';
import type { ResolvedCluster } from '../../compose/resolvedCluster';
import { commands } from '../../ids';
import { toErrorInfo } from '../../core/errors';
import type { RestoreChoices } from '../../core/model';
import { asksAnything } from '../../core/restoreChoices';
import type { DecryptionSecrets } from '../../core/ports';
import type { RestorePlan } from '../../core/plan';
import { configuredDecryption, withDecryption } from '../decryption';
import type { ConfirmedPlan } from '../panels/planSession';
import { showRestorePlan } from '../panels/restorePlanPanel';
import type { PlanPage } from '../panels/restorePlanPanel';
import { tellError } from '../run';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import { safetyBackup } from '../settings';
import type { ClusterEntry } from '../store/clusterStore';
import { spanText } from '../text';
import { askPayload } from './askPayload';
import { restoresFromVault } from '../vaultWords';
import { backupPick, chooseCluster } from './choose';
import type { ClusterArgument } from './choose';
import { confirmation, outcomeText } from './restoreWords';

interface ChosenSource {
  ref: SourceRef;
  path: string;
  configured: DecryptionSecrets;
}

interface RestoreOptions {
  /** Ends after the plan. */
  dryRun: boolean;
  /** What is chosen to begin with, e.g. one stack. */
  choices?: RestoreChoices;
}

/** *Restore…*: choose, plan, confirm, safety backup, restore, check. `dryRun` ends after the plan. */
export async function restoreBackup(
  services: Services,
  argument: ClusterArgument | undefined,
  options: RestoreOptions,
): Promise<void> {
  const entry = await chooseCluster(services, argument, 'Restore which cluster?', canRestore);
  if (entry === undefined) return;
  const source = await chooseSource(services, entry, argument);
  if (source !== undefined) await restoreFrom(services, entry, source, options);
}

/** *Restore…* of any file: the cluster is asked. */
export async function restoreFile(
  services: Services,
  path: string,
  given?: DecryptionSecrets,
): Promise<void> {
  const known = services.store.entries.find((e) => e.backups.some((b) => b.path === path));
  const entry = await chooseCluster(
    services,
    services.store.entries.length === 1 && known !== undefined ? { entry: known } : undefined,
    'Restore into which cluster?',
    canRestore,
  );
  if (entry === undefined) return;
  const backup = known?.backups.find((b) => b.path === path);
  const source: ChosenSource =
    known !== undefined && backup !== undefined
      ? {
          ref: { kind: 'backup', vault: known.config.vault, id: backup.manifest.id },
          path,
          configured: given ?? (await configuredDecryption(services, known)),
        }
      : {
          ref: { kind: 'file', path },
          path,
          configured: given ?? (await configuredDecryption(services, entry)),
        };
  await restoreFrom(services, entry, source, { dryRun: false });
}

/** From a vault or a file; what stays with its platform is restored there. */
function canRestore({ definition }: ClusterEntry): boolean {
  return restoresFromVault(definition.capabilities);
}

async function restoreFrom(
  services: Services,
  entry: ClusterEntry,
  source: ChosenSource,
  { dryRun, choices }: RestoreOptions,
): Promise<void> {
  const { name } = entry.config;
  const cluster = await services.store.resolve(entry, services.secrets.asking);
  let decryption: DecryptionSecrets = source.configured;
  const safely = safetyBackup();
  const plan = await withDecryption(services, source.path, source.configured, (secrets) => {
    decryption = secrets;
    return runOperation(services, `Plan the restore of ${name}`, 'planRestore', {
      source: source.ref,
      cluster,
      decryption: secrets,
      safetyBackup: safely,
      choices,
    });
  });
  if (plan === undefined) return;
  const page = showRestorePlan(services, plan, {
    dryRun,
    replan: (wish, signal) =>
      services.client.call(
        'planRestore',
        {
          source: source.ref,
          cluster,
          decryption,
          safetyBackup: safely,
          choices: wish.choices,
          payloads: { ...wish.payloads },
          known: wish.known,
        },
        { signal },
      ),
    askPayload: (asked, from) => askPayload(services, asked, from),
  });
  const target = { source: source.ref, cluster, decryption };
  for (;;) {
    const confirmed = await page.decision();
    if (confirmed === undefined) return;
    // A plan object by object can be chosen on, and what is still missing be restored by a second run.
    if ((await carryOut(services, entry, target, confirmed, page)) === 'over') return;
  }
}

/** Asks once more, restores the very plan that was shown, and tells how it went. */
async function carryOut(
  services: Services,
  entry: ClusterEntry,
  target: { source: SourceRef; cluster: ResolvedCluster; decryption: DecryptionSecrets },
  { plan, payloads }: ConfirmedPlan,
  page: PlanPage,
): Promise<'over' | 'again'> {
  const { ui } = services;
  const name = plan.cluster;
  const itemised = plan.changes !== undefined;
  const checkSecrets = await askCheckSecret(services, plan);
  const sure = checkSecrets !== undefined && (await ui.confirm(confirmation(plan)));
  if (!sure) {
    const canChoose = itemised || asksAnything(plan);
    if (canChoose) page.reopen();
    else page.tell({ kind: 'cancelled', message: 'Not confirmed; nothing was changed.' });
    return canChoose ? 'again' : 'over';
  }
  page.tell({ kind: 'running' });
  const start = performance.now();
  try {
    const params = {
      ...target,
      plan,
      checkSecrets,
      payloads: { ...payloads },
    };
    const result = await runOperation(services, `Restore ${name}`, 'restore', params);
    const took = spanText((performance.now() - start) / 1000);
    const message = `Restored ${name} in ${took}. ${outcomeText(result, plan)}`;
    const { changes } = result;
    page.tell({ kind: 'done', message, ...(changes === undefined ? {} : { changes }) });
    void ui.info(message);
    return 'over';
  } catch (error) {
    const info = toErrorInfo(error);
    const { message, next, category, changes } = info;
    const kind = category === 'cancelled' ? 'cancelled' : 'failed';
    page.tell({
      kind,
      message: `${message} ${next}`,
      ...(changes === undefined ? {} : { changes }),
    });
    if (!itemised) throw error;
    if (kind === 'failed') void tellError(services, commands.restoreBackup, info);
    return 'again';
  } finally {
    void services.store.refreshHealth(entry);
  }
}

async function chooseSource(
  services: Services,
  entry: ClusterEntry,
  argument: ClusterArgument | undefined,
): Promise<ChosenSource | undefined> {
  const configured = await configuredDecryption(services, entry);
  const ref = (id: string): SourceRef => ({ kind: 'backup', vault: entry.config.vault, id });
  if (argument?.backup !== undefined) {
    const { backup } = services.store.entryOfBackup(argument.backup.manifest.id);
    return { ref: ref(backup.manifest.id), path: backup.path, configured };
  }
  const file: vscode.QuickPickItem & { backup?: undefined } = {
    label: '$(folder-opened) Choose a file…',
    detail: 'Any snapshot file, also one that lies outside the vault',
  };
  const items = [
    ...entry.backups
      .filter((b) => b.state === 'present')
      .map((backup) => ({ ...backupPick(backup), backup })),
    file,
  ];
  const picked = await services.ui.pick(items, {
    title: `Restore ${entry.config.name}`,
    placeHolder: 'From which backup? Newest first',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (picked === undefined) return undefined;
  if (picked.backup !== undefined) {
    return { ref: ref(picked.backup.manifest.id), path: picked.backup.path, configured };
  }
  const uri = await services.ui.openFile({ title: 'Restore from file', openLabel: 'Choose' });
  return uri && { ref: { kind: 'file', path: uri.fsPath }, path: uri.fsPath, configured };
}

/** Undefined: the person gave up. An empty answer checks with the token in use. */
async function askCheckSecret(
  services: Services,
  plan: RestorePlan,
): Promise<Record<string, string> | undefined> {
  if (plan.asksForSecret === undefined) return {};
  const { field, reason } = plan.asksForSecret;
  const value = await services.ui.input({
    title: `Restore ${plan.cluster}`,
    prompt: `${reason}. Enter the ${field} that is valid in the backup, to check with afterwards; leave it empty to go on with the one in use.`,
    password: true,
  });
  if (value === undefined) return undefined;
  return value === '' ? {} : { [field]: value };
}
