import * as vscode from 'vscode';
import { ACTIVITY_LOG_SCHEME } from '../activityLogs';
import type { Services } from '../services';
import type { ActivityNode } from '../tree/activityTree';

/** Stops an activity of this window. */
export async function cancelActivity(services: Services, node?: ActivityNode): Promise<void> {
  const id = node?.activity.id ?? (await pickRunning(services))?.activity.id;
  if (id !== undefined) services.activities.cancel(id);
}

/** Opens what an activity wrote into the journal. */
export async function showActivityLog(services: Services, node?: ActivityNode): Promise<void> {
  const chosen = node ?? (await pickAny(services));
  if (chosen === undefined) return;
  const { id, kind, cluster } = chosen.activity;
  const uri = vscode.Uri.from({
    scheme: ACTIVITY_LOG_SCHEME,
    path: `/${kind} ${cluster}.log`,
    query: id,
  });
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true });
}

async function pickRunning(services: Services): Promise<ActivityNode | undefined> {
  const nodes = await services.activities.getChildren();
  return pick(
    services,
    nodes.filter((n) => n.activity.state === 'running'),
    'Cancel which one?',
  );
}

async function pickAny(services: Services): Promise<ActivityNode | undefined> {
  return pick(services, await services.activities.getChildren(), 'Log of which one?');
}

async function pick(services: Services, nodes: ActivityNode[], placeHolder: string) {
  if (nodes.length === 0) {
    void services.ui.info('There is nothing in the Activity view.');
    return undefined;
  }
  const items = nodes.map((node) => ({
    label: `${node.activity.kind} ${node.activity.cluster}`,
    description: `${node.activity.state}, ${node.activity.started}`,
    node,
  }));
  return (await services.ui.pick(items, { placeHolder }))?.node;
}
