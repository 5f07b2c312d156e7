import * as vscode from 'vscode';
import { dirname } from 'node:path';
import { resolveCluster } from '../../compose/resolvedCluster';
import { addCluster as addToText } from '../../core/config/edit';
import { parseConfig } from '../../core/config/parse';
import { secretNeeds } from '../../core/config/secrets';
import { configErrors } from '../../core/config/configErrors';
import { isCancellation, toErrorInfo } from '../../core/errors';
import type { ClusterStatus } from '../../core/model';
import { systems } from '../../adapters/registry';
import type { Services } from '../services';
import { askCluster, targetFiles } from './askCluster';
import type { AskOptions, NewCluster } from './askCluster';
import { resolveDraft } from './draftCluster';
import { writeEntry } from './writeEntry';

/** *Add Cluster…*: asks, tests the connection, says what it found, then writes it into the file. */
export async function addCluster(services: Services): Promise<void> {
  const { ui, store } = services;
  const taken = store.entries.map((e) => e.config.name);
  const options = optionsOf(services);
  const cluster = await askCluster(ui, targetFiles(store.configFiles()), taken, options);
  if (cluster === undefined) return;

  let found: string;
  for (;;) {
    try {
      const status = await testConnection(services, cluster);
      found = describe(status);
      break;
    } catch (error) {
      if (isCancellation(error)) throw error;
      const { message, next, code } = toErrorInfo(error);
      services.log.warn(`Add cluster ${cluster.name}: ${code}: ${message}`);
      const answer = await ui.warn(`${message} ${next} [${code}]`, 'Try Again', 'Add Anyway');
      if (answer === undefined) return;
      if (answer === 'Add Anyway') {
        found = 'It was not reachable when it was added.';
        break;
      }
    }
  }
  await writeEntry(cluster);
  for (const { need, value } of storedSecrets(cluster)) {
    if ('secret' in need.reference) {
      await services.secrets.store(need.reference.secret, need.binding, value);
    }
  }
  await store.reload();
  void ui.info(`Added ${cluster.name}: ${found}`, 'Open Configuration').then((answer) => {
    if (answer !== undefined) void vscode.window.showTextDocument(vscode.Uri.file(cluster.file));
  });
}

/** Asks with what was typed so far, secrets included: nothing of it is stored before all is answered. */
function optionsOf({ client, secrets }: Services): AskOptions {
  return async (draft, field, signal) => {
    const cluster = await resolveDraft(draft, (reference) =>
      'env' in reference
        ? secrets.stored({ field, reference, binding: '', title: field })
        : Promise.resolve(undefined),
    );
    return client.call('setupOptions', { cluster, field }, { signal });
  };
}

async function testConnection(services: Services, cluster: NewCluster): Promise<ClusterStatus> {
  const secrets = storedSecrets(cluster);
  const resolved = await resolveCluster(parseEntry(cluster), cluster.system, (need) => {
    const given = secrets.find((s) => s.need.field === need.field)?.value;
    return given === undefined ? services.secrets.stored(need) : Promise.resolve(given);
  });
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Connecting to ${cluster.name}`,
    cancellable: true,
  };
  return vscode.window.withProgress(options, (_progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    return services.client.call('status', { cluster: resolved }, { signal: abort.signal });
  });
}

/** The entry as the file will have it, parsed by the rules of the file. */
function parseEntry(cluster: NewCluster) {
  const text = addToText('', cluster.name, cluster.entry);
  const parsed = parseConfig(text, cluster.file, { systems, defaultVault: dirname(cluster.file) });
  const config = parsed.clusters[0];
  if (config === undefined) {
    const why = parsed.problems.map((p) => p.message).join(' ');
    throw configErrors.invalid({ message: `These answers do not make a cluster: ${why}` });
  }
  return config;
}

function storedSecrets(cluster: NewCluster) {
  const needs = secretNeeds(parseEntry(cluster), cluster.system);
  return cluster.secrets.flatMap(({ field, value }) => {
    const need = needs.find((n) => n.field === field);
    return need === undefined ? [] : [{ need, value }];
  });
}

function describe(status: ClusterStatus): string {
  // What is run by somebody else has no servers to be led.
  const leaderless = status.servers.length === 0 ? undefined : 'no leader';
  const facts = [
    status.title,
    status.version === undefined ? undefined : `version ${status.version}`,
    status.leader === undefined ? leaderless : `leader ${status.leader}`,
    status.datacenter === undefined ? undefined : `datacenter ${status.datacenter}`,
    status.health,
  ];
  return facts.filter((f) => f !== undefined).join(', ');
}
