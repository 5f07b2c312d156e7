import * as vscode from 'vscode';
import type { PruneItem, PrunePlan } from '../../core/operations/prune';
import { commands } from '../../ids';
import { openText } from '../definitionTexts';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { bytesText, timeText } from '../text';
import { chooseCluster } from './choose';
import type { ClusterArgument } from './choose';
import {
  countText,
  doneText,
  goingOf,
  itemName,
  narrowed,
  nothingText,
  planText,
} from './pruneWords';

/** More rows than this nobody looks through: the whole plan is a document then. */
const PICKED_AT_MOST = 500;
const SHOW_PLAN = 'Show Plan';

/** *Prune…*: what the policy lets go of, shown first, and deleted once that is confirmed. */
export async function pruneCluster(services: Services, argument?: ClusterArgument): Promise<void> {
  const { ui } = services;
  const entry = await chooseCluster(services, argument, 'Prune which cluster?', prunes);
  if (entry === undefined) return;
  const { name, vault, policy } = entry.config;
  if (policy === undefined) {
    void tellNoPolicy(services, entry);
    return;
  }
  const place = { vault, cluster: name, policy };
  const plan = await runOperation(services, `Prune ${name}: what goes`, 'planPrune', place);
  const nothing = nothingText(plan);
  if (nothing !== undefined) {
    void tellNothing(services, entry, plan, nothing);
    return;
  }
  const going = goingOf(plan);
  const chosen = going.length > PICKED_AT_MOST ? going : await choose(services, plan, going);
  if (chosen === undefined || chosen.length === 0) return;
  const wanted = narrowed(plan, new Set(chosen.map(({ id }) => id)));
  const accept = `Delete ${countText(chosen.length).replace(/b(ackups?)$/, 'B$1')}`;
  const answer = await ui.decide({
    message: `Delete ${countText(chosen.length)} of cluster "${name}"?`,
    detail: detailOf(wanted, chosen),
    buttons: [accept, SHOW_PLAN],
  });
  if (answer === SHOW_PLAN) await showPlan(entry, wanted);
  if (answer !== accept) return;
  const result = await runOperation(services, `Prune ${name}`, 'prune', { ...place, plan: wanted });
  void ui.info(doneText(name, result));
}

async function tellNoPolicy({ ui }: Services, entry: ClusterEntry): Promise<void> {
  const text = `Cluster "${entry.config.name}" has no policy that says how long its backups are kept.`;
  const edit = 'Edit Policy…';
  if ((await ui.warn(text, edit)) !== edit) return;
  await vscode.commands.executeCommand(commands.editPolicy, { entry });
}

/** Whether a policy may let go of anything of a cluster: what lies with the platform is the platform's. */
export function prunes({ definition, config }: ClusterEntry): boolean {
  return definition.capabilities.storage === 'vault' && config.policy !== undefined;
}

async function choose(
  { ui }: Services,
  plan: PrunePlan,
  going: readonly PruneItem[],
): Promise<readonly PruneItem[] | undefined> {
  const items = going.map((item) => ({
    label: itemName(item),
    description: `${item.label === undefined ? '' : `${timeText(item.created)} · `}${bytesText(item.bytes)}`,
    detail: item.why,
    picked: true,
    item,
  }));
  const picked = await ui.pickMany(items, {
    title: `Prune ${plan.cluster}: ${countText(going.length)} of ${plan.items.length} go, ${bytesText(plan.frees)}`,
    placeHolder: 'Untick what is to stay this time. Pin what is to stay for ever.',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.map(({ item }) => item);
}

function detailOf(plan: PrunePlan, going: readonly PruneItem[]): string {
  const [oldest] = going;
  const newest = going.at(-1);
  const span =
    oldest === undefined || newest === undefined || oldest === newest
      ? itemName(oldest ?? { created: plan.at })
      : `from ${timeText(oldest.created)} to ${timeText(newest.created)}`;
  const stay = plan.items.length - going.length;
  return `What goes is ${span}; ${bytesText(plan.frees)} become free. ${countText(stay)} ${stay === 1 ? 'stays' : 'stay'}. What is deleted is gone for good; it does not go to the trash.`;
}

async function tellNothing(
  { ui }: Services,
  entry: ClusterEntry,
  plan: PrunePlan,
  text: string,
): Promise<void> {
  const actions = plan.items.length === 0 ? [] : [SHOW_PLAN];
  const answer =
    plan.stopped === undefined ? await ui.info(text, ...actions) : await ui.warn(text, ...actions);
  if (answer === SHOW_PLAN) await showPlan(entry, plan);
}

async function showPlan(entry: ClusterEntry, plan: PrunePlan): Promise<void> {
  const query = { of: 'prune', cluster: entry.key } as const;
  const uri = await openText(`Prune of ${plan.cluster}`, query, planText(plan));
  await vscode.window.showTextDocument(uri, { preview: true });
}
