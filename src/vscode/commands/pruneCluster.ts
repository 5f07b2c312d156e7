import * as vscode from 'vscode';
import type { PruneItem, PrunePlan } from '../../core/operations/prune';
import { whyNothingGoesThere } from '../../core/policy/hostedMode';
import { commands } from '../../ids';
import { openText } from '../definitionTexts';
import { prunePlace, prunes, prunesOnPlatform } from '../prunes';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { timeText } from '../text';
import { chooseCluster } from './choose';
import type { ClusterArgument } from './choose';
import {
  countText,
  doneText,
  goText,
  goingOf,
  itemName,
  named,
  narrowed,
  nothingText,
  planText,
  sizeText,
} from './pruneWords';

/** More rows than this nobody looks through: the whole plan is a document then. */
const PICKED_AT_MOST = 500;
const SHOW_PLAN = 'Show Plan';

/**
 * *Prune…*: what the policy lets go of, shown first, and deleted once that is confirmed: in the vault, or on the side on
 * which the policy's mode keeps the backups.
 */
export async function pruneCluster(services: Services, argument?: ClusterArgument): Promise<void> {
  const { ui } = services;
  const entry = await chooseCluster(services, argument, 'Prune which cluster?', prunes);
  if (entry === undefined) return;
  const { name, policy } = entry.config;
  if (policy === undefined) {
    void tellNoPolicy(services, entry);
    return;
  }
  if (!prunes(entry)) {
    void tellElsewhere(services, entry);
    return;
  }
  const onPlatform = prunesOnPlatform(entry);
  const place = { ...(await prunePlace(services.store, entry, services.secrets.asking)), policy };
  const found = await runOperation(services, `Prune ${name}: what goes`, 'planPrune', place);
  const plan = onPlatform ? named(found) : found;
  const nothing = nothingText(plan, onPlatform);
  if (nothing !== undefined) {
    void tellNothing(services, entry, plan, nothing);
    return;
  }
  const going = goingOf(plan);
  const chosen =
    going.length > PICKED_AT_MOST ? going : await choose(services, plan, going, onPlatform);
  if (chosen === undefined || chosen.length === 0) return;
  const wanted = narrowed(plan, new Set(chosen.map(({ id }) => id)));
  const accept = `Delete ${countText(chosen.length).replace(/b(ackups?)$/, 'B$1')}`;
  const answer = await ui.decide({
    message: `Delete ${countText(chosen.length)} ${onPlatform ? 'on the platform of' : 'of'} cluster "${name}"?`,
    detail: `${detailOf(wanted, chosen)} ${onPlatform ? 'The platform deletes for good.' : 'What is deleted is gone for good; it does not go to the trash.'}`,
    buttons: [accept, SHOW_PLAN],
  });
  if (answer === SHOW_PLAN) await showPlan(entry, wanted);
  if (answer !== accept) return;
  try {
    const params = { ...place, plan: wanted };
    void ui.info(doneText(name, await runOperation(services, `Prune ${name}`, 'prune', params)));
  } finally {
    if (onPlatform) {
      void services.hosted.refresh(entry);
      void services.store.refreshHealth(entry);
    }
  }
}

/** What is the platform's to delete is set there. */
async function tellElsewhere({ ui }: Services, entry: ClusterEntry): Promise<void> {
  const { definition, config } = entry;
  const { title, capabilities } = definition;
  if (capabilities.retention !== true) {
    void ui.warn(
      `The backups of cluster "${config.name}" stay on its own side, and ${whyNothingGoesThere(definition) ?? ''}.`,
    );
    return;
  }
  const text = `${title} makes and deletes the backups of cluster "${config.name}" by settings of its own, not by the policy.`;
  const edit = 'Edit Retention on the Platform…';
  if ((await ui.warn(text, edit)) !== edit) return;
  await vscode.commands.executeCommand(commands.editRetention, { entry });
}

async function tellNoPolicy({ ui }: Services, entry: ClusterEntry): Promise<void> {
  const text = `Cluster "${entry.config.name}" has no policy that says how long its backups are kept.`;
  const edit = 'Edit Policy…';
  if ((await ui.warn(text, edit)) !== edit) return;
  await vscode.commands.executeCommand(commands.editPolicy, { entry });
}

async function choose(
  { ui }: Services,
  plan: PrunePlan,
  going: readonly PruneItem[],
  onPlatform: boolean,
): Promise<readonly PruneItem[] | undefined> {
  const items = going.map((item) => ({
    label: itemName(item),
    description: descriptionOf(plan, item),
    detail: item.why,
    picked: true,
    item,
  }));
  const picked = await ui.pickMany(items, {
    title: `Prune ${plan.cluster}: ${goText(plan)}`,
    placeHolder: onPlatform
      ? 'Untick what is to stay this time.'
      : 'Untick what is to stay this time. Pin what is to stay for ever.',
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
  const size = sizeText(plan, plan.frees);
  const freed = size === '' ? '' : `; ${size} become free`;
  return `What goes is ${span}${freed}. ${countText(stay)} ${stay === 1 ? 'stays' : 'stay'}.`;
}

function descriptionOf(plan: PrunePlan, { label, created, bytes }: PruneItem): string {
  const time = label === undefined || created === '' ? [] : [timeText(created)];
  return [...time, sizeText(plan, bytes)].filter((fact) => fact !== '').join(' · ');
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
