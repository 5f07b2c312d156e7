import * as vscode from 'vscode';
import { contextKeys, views } from './ids';
import { activityOwner } from './stores/activityOwner';
import { lateActivities } from './stores/lateActivities';
import { registerActivityLogs } from './vscode/activityLogs';
import { registerCommands } from './vscode/commands/registerCommands';
import { registerDefinitionDocuments } from './vscode/definitionDocuments';
import { registerEditors } from './vscode/editors/registerEditors';
import { startHealthChecks } from './vscode/healthChecks';
import { finishInterrupted } from './vscode/interrupted';
import { Notices } from './vscode/notices';
import { Schedules } from './vscode/schedules';
import { SecretStore } from './vscode/secretStorage';
import type { Services } from './vscode/services';
import { StatusBar } from './vscode/statusBar';
import { ClusterStore } from './vscode/store/clusterStore';
import { ContentsStore } from './vscode/store/contentsStore';
import { HostedStore } from './vscode/store/hostedStore';
import { HostedPolicyBackups } from './vscode/store/hostedPolicyBackups';
import { ScheduledRuns } from './vscode/store/scheduledRuns';
import { StandingStore } from './vscode/store/standingStore';
import { ActivityTree } from './vscode/tree/activityTree';
import { ClusterTree } from './vscode/tree/clusterTree';
import { editorUi } from './vscode/ui';
import { userFolders } from './compose/userFolders';
import { OperationsClient } from './workers/operationsClient';

/** Puts the extension together; waits for no network and no disk. */
export function activate(context: vscode.ExtensionContext): Services {
  const log = vscode.window.createOutputChannel('Cluster Backup', { log: true });
  const { activities, state } = userFolders(process.env);
  const journal = lateActivities(activities);
  const client = new OperationsClient(
    context.asAbsolutePath('dist/workers'),
    { activities, state, by: activityOwner('editor'), env: { ...process.env } },
    log,
  );
  const services: Services = {
    context,
    client,
    log,
    journal,
    ui: editorUi,
    secrets: new SecretStore(context.secrets, process.env, () => services.ui),
    activities: new ActivityTree(journal),
    store: undefined as never,
    contents: undefined as never,
    hosted: undefined as never,
    standings: undefined as never,
    runs: new ScheduledRuns(journal),
    statusBar: undefined as never,
    schedules: undefined as never,
    reveal: undefined as never,
  };
  const store = new ClusterStore(client, services.secrets, log, process.env);
  services.store = store;
  const contents = new ContentsStore(client, store, services.secrets);
  services.contents = contents;
  const hosted = new HostedStore(client, store, services.secrets);
  services.hosted = hosted;
  const policed = new HostedPolicyBackups(services);
  const standings = new StandingStore(store, services.runs, policed);
  services.standings = standings;
  services.statusBar = new StatusBar(services);
  services.schedules = new Schedules(services);
  const tree = new ClusterTree(store, contents, hosted, standings);
  const view = vscode.window.createTreeView(views.clusters, {
    treeDataProvider: tree,
    showCollapseAll: true,
  });
  services.reveal = async (entry) => {
    const node = tree.clusterNode(entry);
    if (node !== undefined) await view.reveal(node, { select: true, focus: true });
  };
  context.subscriptions.push(
    log,
    store,
    contents,
    hosted,
    services.runs,
    policed,
    standings,
    services.statusBar,
    services.schedules,
    new Notices(services, context.globalState),
    tree,
    view,
    view.onDidCollapseElement(({ element }) => tree.closed(element)),
    services.activities,
    vscode.window.registerTreeDataProvider(views.activity, services.activities),
    registerCommands(services),
    registerEditors(services),
    registerActivityLogs(journal),
    registerDefinitionDocuments(services),
    startHealthChecks(services, view),
    finishInterrupted(services),
    store.onDidChange(() => setContext(store.state)),
    { dispose: () => void client.dispose() },
  );
  setContext(store.state);
  void store.reload();
  void services.runs.refresh();
  // Handed to tests of this extension only; nothing else gets at secrets or clusters.
  return context.extensionMode === vscode.ExtensionMode.Test ? services : (undefined as never);
}

function setContext(state: string): void {
  void vscode.commands.executeCommand('setContext', contextKeys.state, state);
}
