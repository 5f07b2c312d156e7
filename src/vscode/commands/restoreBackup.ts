import type * as vscode from 'vscode';
import type { SourceRef } from '../../compose/parts';
import { toErrorInfo } from '../../core/errors';
import type { RestoreResult } from '../../core/operations/restore';
import type { DecryptionSecrets } from '../../core/ports';
import type { RestorePlan } from '../../core/plan';
import { configuredDecryption, withDecryption } from '../decryption';
import { showRestorePlan, tellRestoreOutcome } from '../panels/restorePlanPanel';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import { safetyBackup } from '../settings';
import type { ClusterEntry } from '../store/clusterStore';
import { ageText, bytesText, spanText, timeText } from '../text';
import { backupPick, chooseCluster } from './choose';
import type { ClusterArgument } from './choose';

interface ChosenSource {
  ref: SourceRef;
  path: string;
  configured: DecryptionSecrets;
}

/** *Restore…*: choose, plan, confirm, safety backup, restore, check. `dryRun` ends after the plan. */
export async function restoreBackup(
  services: Services,
  argument: ClusterArgument | undefined,
  options: { dryRun: boolean },
): Promise<void> {
  const entry = await chooseCluster(services, argument, 'Restore which cluster?');
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

async function restoreFrom(
  services: Services,
  entry: ClusterEntry,
  source: ChosenSource,
  { dryRun }: { dryRun: boolean },
): Promise<void> {
  const { ui } = services;
  const { name } = entry.config;
  const cluster = await services.store.resolve(entry, services.secrets.asking);
  let decryption: DecryptionSecrets = source.configured;
  const plan = await withDecryption(services, source.path, source.configured, (secrets) => {
    decryption = secrets;
    return runOperation(services, `Plan the restore of ${name}`, 'planRestore', {
      source: source.ref,
      cluster,
      decryption: secrets,
      safetyBackup: safetyBackup(),
    });
  });
  if (plan === undefined) return;
  const answer = await showRestorePlan(services, plan, { dryRun });
  if (dryRun || answer !== 'restore' || !plan.possible) return;

  const checkSecrets = await askCheckSecret(services, plan);
  const sure =
    checkSecrets !== undefined &&
    (await ui.confirm({
      message: `Replace everything that cluster "${name}" holds?`,
      detail: confirmationDetail(plan),
      accept: `Restore ${name}`,
    }));
  if (!sure) {
    const message = 'Not confirmed; nothing was changed.';
    tellRestoreOutcome(plan.cluster, { kind: 'cancelled', message });
    return;
  }
  tellRestoreOutcome(plan.cluster, { kind: 'running' });
  const start = performance.now();
  try {
    const params = { source: source.ref, cluster, decryption, plan, checkSecrets };
    const result = await runOperation(services, `Restore ${name}`, 'restore', params);
    const took = spanText((performance.now() - start) / 1000);
    const message = `Restored ${name} in ${took}. ${outcomeText(result)}`;
    tellRestoreOutcome(plan.cluster, { kind: 'done', message });
    void ui.info(message);
  } catch (error) {
    const { message, next, category } = toErrorInfo(error);
    const kind = category === 'cancelled' ? 'cancelled' : 'failed';
    tellRestoreOutcome(plan.cluster, { kind, message: `${message} ${next}` });
    throw error;
  } finally {
    void services.store.refreshHealth(entry);
  }
}

function outcomeText(result: RestoreResult): string {
  const compared = result.checks.filter((c) => c.found !== undefined);
  const other = result.checks.filter((c) => c.found === undefined).map((c) => c.name);
  const counts = compared.map((c) => `${c.name} ${c.expected}`).join(', ');
  return [
    counts === ''
      ? 'The cluster answers.'
      : `The cluster answers and holds what the snapshot held: ${counts}.`,
    other.length > 0 ? `Could not be compared: ${other.join(', ')}.` : undefined,
    result.safetyBackup === undefined ? undefined : 'The state before is kept as a safety backup.',
  ]
    .filter((line) => line !== undefined)
    .join(' ');
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

function confirmationDetail(plan: RestorePlan): string {
  const time =
    plan.contentTime === undefined
      ? ''
      : ` of ${timeText(plan.contentTime)} (${ageText(new Date(plan.contentTime), new Date())})`;
  const lines = [
    `Source: ${plan.source}${time}, ${bytesText(plan.content.totalSize)}.`,
    ...plan.comparison
      .filter((c) => c.now !== c.after)
      .map((c) => `${c.name}: ${c.now ?? 'unknown'} now, ${c.after} afterwards.`),
    plan.safetyBackup
      ? 'A safety backup of the present state is made first.'
      : 'No safety backup is made: what the cluster holds now is lost.',
    ...plan.items.filter((i) => i.severity === 'warning').map((i) => `Warning: ${i.title}.`),
  ];
  return lines.join('\n');
}
