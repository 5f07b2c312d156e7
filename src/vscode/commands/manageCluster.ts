import * as vscode from 'vscode';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { editConfig } from '../../core/config/edit';
import { secretNeeds } from '../../core/config/secrets';
import type { Services } from '../services';
import type { ErrorNode, ProblemNode } from '../tree/nodes';
import { chooseCluster } from './choose';
import type { ClusterArgument } from './choose';

/** Opens the configuration file: that of the cluster or problem it was called on, else the one picked. */
export async function openConfig(
  services: Services,
  argument?: ClusterArgument | ProblemNode,
): Promise<void> {
  if (argument !== undefined && 'problem' in argument) {
    const { file, line } = argument.problem;
    return show(file, line);
  }
  if (argument?.entry !== undefined) return show(argument.entry.config.file);
  const files = services.store.configFiles();
  const items = files.map((file) => ({ label: file, file }));
  const picked =
    items.length === 1
      ? items[0]
      : await services.ui.pick(items, { placeHolder: 'Open which configuration file?' });
  if (picked === undefined) return;
  await stat(picked.file).catch(async () => {
    await mkdir(dirname(picked.file), { recursive: true });
    await writeFile(picked.file, editConfig('', ['clusters'], {}), { flag: 'wx' });
  });
  await show(picked.file);
}

/** Reads everything anew: the configuration, the vaults, each cluster's health. Also the retry of an error. */
export async function refreshClusters(
  services: Services,
  argument?: ClusterArgument | ErrorNode,
): Promise<void> {
  if (argument?.entry !== undefined) {
    await services.store.refreshBackups();
    await services.store.refreshHealth(argument.entry);
  } else {
    await services.store.reload();
  }
}

/** Asks for every stored secret of a cluster, also those that are there: the way to change one. */
export async function enterSecrets(services: Services, argument?: ClusterArgument): Promise<void> {
  const entry = await chooseCluster(services, argument, 'Enter the secrets of which cluster?');
  if (entry === undefined) return;
  const needs = secretNeeds(entry.config, entry.definition).filter((n) => 'secret' in n.reference);
  if (needs.length === 0) {
    void services.ui.info(
      `Cluster "${entry.config.name}" refers to no stored secret. Write {"secret": "name"} in its entry to use one.`,
    );
    return;
  }
  for (const need of needs) {
    if ((await services.secrets.ask(need)) === undefined) return;
  }
  await services.store.refreshHealth(entry);
}

async function show(file: string, line?: number): Promise<void> {
  const options =
    line === undefined ? {} : { selection: new vscode.Range(line - 1, 0, line - 1, 0) };
  await vscode.window.showTextDocument(vscode.Uri.file(file), options);
}
