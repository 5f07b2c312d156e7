import * as vscode from 'vscode';
import type { ResolvedCluster } from '../../compose/resolvedCluster';
import type { Backup, HostedBackup } from '../../core/model';
import { commands } from '../../ids';
import { openingText, warns } from '../backupPlanWords';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { bytesText, spanText } from '../text';
import type { Agreed, BackupWish } from './askBackupPlan';

/** Remarks told in the notification; the others stand in the backup. */
const TOLD_NOTES = 3;
const OPEN = 'Open';
const FETCH = 'Fetch into the Vault';

/** A backup of which everything was asked. */
export interface BackupRun {
  entry: ClusterEntry;
  cluster: ResolvedCluster;
  wish: BackupWish;
  /** What is backed up: "prod", "stack shop of prod". */
  of: string;
  label: string | undefined;
  agreed: Agreed;
  /** Offered once it is done. */
  companion?: { title: string; start: () => Promise<unknown> } | undefined;
}

/** Backs up with progress and a cancel that cancels, and tells how it went. */
export async function runBackup(services: Services, run: BackupRun): Promise<void> {
  const { entry, cluster, wish, label, agreed } = run;
  const { mode, scope } = wish;
  const { on, items, answers } = agreed;
  const title = on === undefined ? wish.title : `${wish.title} on ${on}`;
  const common = {
    cluster,
    mode,
    label,
    ...(on === undefined ? {} : { on }),
    ...(answers === undefined ? {} : { answers }),
    ...(Object.keys(scope).length === 0 ? {} : { scope }),
  };
  const start = performance.now();
  const took = () => spanText((performance.now() - start) / 1000);
  const info = entry.definition.capabilities.modes.find(({ id }) => id === mode);
  const opening = openingText(items);
  const abort = new AbortController();
  if (info?.hosted === true) {
    try {
      const hosted = await runOperation(services, title, 'createHosted', common, abort, opening);
      tellHosted(services, run, hosted, took());
    } finally {
      // One that failed, or that the platform goes on with, lies there too.
      void services.hosted.refresh(entry);
      void services.store.refreshHealth(entry);
    }
    return;
  }
  const params = { ...common, origin: { kind: 'manual' as const } };
  const backup = await runOperation(services, title, 'backup', params, abort, opening);
  void services.store.refreshHealth(entry);
  tellBackup(services, run, backup, took());
}

function tellBackup(services: Services, run: BackupRun, backup: Backup, took: string): void {
  const { entry, of, companion, agreed } = run;
  const { manifest } = backup;
  const index = manifest.snapshot?.index === undefined ? '' : `, index ${manifest.snapshot.index}`;
  // Where it was warned, the companion was offered with the warning.
  const offered = companion !== undefined && !warns(agreed.items) ? [companion.title] : [];
  const did = entry.definition.capabilities.exports === undefined ? 'Backed up' : 'Exported';
  void services.ui
    .info(
      `${did} ${of}: ${bytesText(manifest.bytes)}${index}, checked, in ${took}.${notesText(backup)}`,
      OPEN,
      ...offered,
    )
    .then(async (answer) => {
      if (answer === OPEN) {
        await vscode.commands.executeCommand(commands.openBackup, { entry, backup });
      } else if (answer !== undefined) await companion?.start();
    });
}

function tellHosted(
  services: Services,
  { entry, of }: BackupRun,
  hosted: HostedBackup,
  took: string,
): void {
  const { name, where, bytes, fetch } = hosted;
  const size = bytes === undefined ? '' : `, ${bytesText(bytes)}`;
  const can = entry.definition.capabilities.hosted?.fetch === true && fetch === true;
  void services.ui
    .info(
      `Backed up ${of} as ${name}${size}, in ${took}. It lies ${where === undefined ? 'on the platform’s side' : `on ${where}`}, not in the vault.`,
      ...(can ? [FETCH] : []),
    )
    .then(async (answer) => {
      if (answer === FETCH) {
        await vscode.commands.executeCommand(commands.fetchHosted, { entry, hosted });
      }
    });
}

/** What was left out is told at once, not only in the backup. */
export function notesText({ manifest: { notes = [] } }: Backup): string {
  const more = notes.length - TOLD_NOTES;
  return [...notes.slice(0, TOLD_NOTES), ...(more > 0 ? [`${more} more remarks stand in it.`] : [])]
    .map((note) => ` ${note}`)
    .join('');
}
