import * as vscode from 'vscode';
import { commands } from '../../ids';
import type { CommandId } from '../../ids';
import { runCommand } from '../run';
import type { Services } from '../services';
import type { ActivityNode } from '../tree/activityTree';
import type { ProblemNode } from '../tree/nodes';
import type { ClusterArgument } from './choose';

type Handler = (services: Services, argument: unknown) => Promise<void>;

const cluster =
  (run: (services: Services, argument?: ClusterArgument) => Promise<unknown>): Handler =>
  async (services, argument) => {
    await run(services, argument as ClusterArgument | undefined);
  };

const activity =
  (run: (services: Services, node?: ActivityNode) => Promise<void>): Handler =>
  (services, argument) =>
    run(services, argument as ActivityNode | undefined);

/** A snapshot file by its address: from the explorer's menu, the editor's title, or chosen. */
const file =
  (run: (services: Services, path: string) => Promise<unknown>): Handler =>
  async (services, argument) => {
    const uri =
      argument instanceof vscode.Uri
        ? argument
        : await services.ui.openFile({ title: 'Choose a backup file', openLabel: 'Choose' });
    if (uri !== undefined) await run(services, uri.fsPath);
  };

const restore = () => import('./restoreBackup');
const verify = () => import('./verifyBackup');
const manage = () => import('./manageBackup');
const configure = () => import('./manageCluster');
const hosted = () => import('./hostedBackups');
const restoreOnPlatform = () => import('./restoreHosted');
const activities = () => import('./activities');

/** One row a command, its code loaded when it is first called; the type makes a missing one an error. */
const table: Record<CommandId, Handler> = {
  [commands.addCluster]: async (s) => (await import('./addCluster')).addCluster(s),
  [commands.openConfig]: async (s, argument) =>
    (await configure()).openConfig(s, argument as ClusterArgument | ProblemNode | undefined),
  [commands.refreshClusters]: cluster(async (s, a) => (await configure()).refreshClusters(s, a)),
  [commands.enterSecrets]: cluster(async (s, a) => (await configure()).enterSecrets(s, a)),
  [commands.recoverCluster]: cluster(async (s, a) =>
    (await import('./recoverCluster')).recoverCluster(s, a),
  ),
  [commands.editRetention]: cluster(async (s, a) =>
    (await import('./editRetention')).editRetention(s, a),
  ),
  [commands.pruneCluster]: cluster(async (s, a) =>
    (await import('./pruneCluster')).pruneCluster(s, a),
  ),
  [commands.showState]: cluster(async (s, a) => (await import('./showState')).showState(s, a)),
  [commands.editPolicy]: cluster(async (s, a) => (await import('./editPolicy')).editPolicy(s, a)),
  [commands.createBackup]: cluster(async (s, a) =>
    (await import('./createBackup')).createBackup(s, a),
  ),
  [commands.backUpItem]: cluster(async (s, a) => (await import('./createBackup')).backUpItem(s, a)),
  [commands.backUpHere]: cluster(async (s, a) => (await import('./createBackup')).backUpHere(s, a)),
  [commands.compareDefinition]: cluster(async (s, a) =>
    (await import('./compareDefinition')).compareDefinition(s, a),
  ),
  [commands.openBackup]: cluster(async (s, a) => (await manage()).openBackup(s, a)),
  [commands.verifyBackup]: cluster(async (s, a) => (await verify()).verifyBackup(s, a)),
  [commands.verifyFile]: file(async (s, path) => (await verify()).verifyFile(s, path)),
  [commands.restoreBackup]: cluster(async (s, a) =>
    (await restore()).restoreBackup(s, a, { dryRun: false }),
  ),
  [commands.planRestore]: cluster(async (s, a) =>
    (await restore()).restoreBackup(s, a, { dryRun: true }),
  ),
  [commands.restoreFile]: file(async (s, path) => (await restore()).restoreFile(s, path)),
  [commands.labelBackup]: cluster(async (s, a) => (await manage()).labelBackup(s, a)),
  [commands.pinBackup]: cluster(async (s, a) =>
    (await import('./pinBackup')).pinBackup(s, a, true),
  ),
  [commands.unpinBackup]: cluster(async (s, a) =>
    (await import('./pinBackup')).pinBackup(s, a, false),
  ),
  [commands.deleteBackup]: cluster(async (s, a) => (await manage()).deleteBackup(s, a)),
  [commands.revealBackup]: cluster(async (s, a) => (await manage()).revealBackup(s, a)),
  [commands.copyBackupPath]: cluster(async (s, a) => (await manage()).copyBackupPath(s, a)),
  [commands.exportBackup]: cluster(async (s, a) => (await manage()).exportBackup(s, a)),
  [commands.fetchHosted]: cluster(async (s, a) => (await hosted()).fetchHosted(s, a)),
  [commands.openHosted]: cluster(async (s, a) => (await import('./openHosted')).openHosted(s, a)),
  [commands.restoreHosted]: cluster(async (s, a) =>
    (await restoreOnPlatform()).restoreHosted(s, a, { dryRun: false }),
  ),
  [commands.planHosted]: cluster(async (s, a) =>
    (await restoreOnPlatform()).restoreHosted(s, a, { dryRun: true }),
  ),
  [commands.deleteHosted]: cluster(async (s, a) =>
    (await import('./deleteHosted')).deleteHosted(s, a),
  ),
  [commands.copyHostedId]: cluster(async (s, a) => (await hosted()).copyHostedId(s, a)),
  [commands.cancelActivity]: activity(async (s, n) => (await activities()).cancelActivity(s, n)),
  [commands.showActivityLog]: activity(async (s, n) => (await activities()).showActivityLog(s, n)),
  [commands.showLog]: (services) => {
    services.log.show();
    return Promise.resolve();
  },
};

/** Commands that only look, and may run in a workspace that is not trusted. */
const untrusted = new Set<CommandId>([commands.showLog, commands.showActivityLog]);

export function registerCommands(services: Services): vscode.Disposable {
  const registrations = Object.entries(table).map(([id, handler]) =>
    vscode.commands.registerCommand(id, (argument: unknown) =>
      runCommand(services, id, () => handler(services, argument), {
        untrusted: untrusted.has(id as CommandId),
      }),
    ),
  );
  return vscode.Disposable.from(...registrations);
}
