import * as vscode from 'vscode';
import { commands } from '../../ids';
import type { CommandId } from '../../ids';
import { runCommand } from '../run';
import type { Services } from '../services';
import type { ActivityNode } from '../tree/activityTree';
import type { ProblemNode } from '../tree/nodes';
import { cancelActivity, showActivityLog } from './activities';
import { addCluster } from './addCluster';
import type { ClusterArgument } from './choose';
import { createBackup } from './createBackup';
import {
  copyBackupPath,
  deleteBackup,
  exportBackup,
  labelBackup,
  openBackup,
  revealBackup,
} from './manageBackup';
import { enterSecrets, openConfig, refreshClusters } from './manageCluster';
import { restoreBackup, restoreFile } from './restoreBackup';
import { verifyBackup, verifyFile } from './verifyBackup';

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
        : await services.ui.openFile({ title: 'Choose a snapshot file', openLabel: 'Choose' });
    if (uri !== undefined) await run(services, uri.fsPath);
  };

/** One row a command; the type makes a missing one an error. */
const table: Record<CommandId, Handler> = {
  [commands.addCluster]: (services) => addCluster(services),
  [commands.openConfig]: (services, argument) =>
    openConfig(services, argument as ClusterArgument | ProblemNode | undefined),
  [commands.refreshClusters]: cluster(refreshClusters),
  [commands.enterSecrets]: cluster(enterSecrets),
  [commands.createBackup]: cluster(createBackup),
  [commands.openBackup]: cluster(openBackup),
  [commands.verifyBackup]: cluster(verifyBackup),
  [commands.verifyFile]: file(verifyFile),
  [commands.restoreBackup]: cluster((s, a) => restoreBackup(s, a, { dryRun: false })),
  [commands.planRestore]: cluster((s, a) => restoreBackup(s, a, { dryRun: true })),
  [commands.restoreFile]: file(restoreFile),
  [commands.labelBackup]: cluster(labelBackup),
  [commands.deleteBackup]: cluster(deleteBackup),
  [commands.revealBackup]: cluster(revealBackup),
  [commands.copyBackupPath]: cluster(copyBackupPath),
  [commands.exportBackup]: cluster(exportBackup),
  [commands.cancelActivity]: activity(cancelActivity),
  [commands.showActivityLog]: activity(showActivityLog),
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
