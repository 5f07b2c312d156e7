import type { BackupScope, ItemSelector } from '../../../core/model';
import type { Looks, PlannedChange } from '../../../core/plan';
import type { ItemisedAdapter, ItemisedPlan, RunContext } from '../../../core/ports';
import { isActive } from '../../../core/restoreChoices';
import type { SwarmConnections } from '../connections';
import { RunHelpers } from '../runHelpers';
import { ownAddresses } from './advertise';
import { imageOf } from './decideService';
import { findImages } from './images';
import { planItems } from './items';
import { RestoreJournal } from './journal';
import type { PlanInput, Source } from './model';
import { nodeOf, planObjects } from './planner';
import { readSource } from './source';
import { readTarget } from './target';
import type { LiveTarget } from './target';
import { volumeStates } from './volumeState';
import type { Compared } from './volumeState';

type Request = Parameters<ItemisedAdapter['planChanges']>[0];

/**
 * Works out what a restore would do, object by object, and changes nothing but for a container and an empty image,
 * made and removed again, where a volume is read to be compared.
 *
 * @throws `core.planChanged` when the bytes are not those that were checked; `docker.*`
 */
export async function planChanges(
  swarm: SwarmConnections,
  request: Request,
  context: RunContext,
): Promise<ItemisedPlan> {
  const source = await readSource(request.open, request.content);
  context.progress({ phase: 'Asking the cluster what it holds' });
  const reached = await swarm.reach(context.signal, context.log);
  const live = await readTarget(reached, context);
  const journal = new RestoreJournal(swarm.state);
  const helpers = new RunHelpers(swarm.journals, 'plan', context.log);
  const compare = (changes: readonly PlannedChange[]) => {
    const { choices, looks } = request;
    return volumeStates(changes, { source, live, choices, journal, helpers, looks }, context);
  };
  const { changes, input, looks } = await planWith(source, live, request, compare, context).finally(
    () => helpers.close(),
  );
  const items = planItems(input, changes, await ownAddresses(reached, context));
  return { items, changes, safety: safetyOf(changes, input), looks };
}

/** Plans in two steps, so that only those images and volumes are looked at on which something hangs. */
async function planWith(
  source: Source,
  live: LiveTarget,
  { choices, payloads }: Pick<Request, 'choices' | 'payloads'>,
  compare: (changes: readonly PlannedChange[]) => Promise<Compared>,
  context: RunContext,
): Promise<{ changes: PlannedChange[]; input: PlanInput; looks: Looks }> {
  const input: PlanInput = {
    source,
    target: live.target,
    facts: { images: new Map(), contents: new Map() },
    choices,
    payloads,
  };
  const first = planObjects(input);
  const { states: contents, looks } = await compare(first);
  const second = planObjects({ ...input, facts: { ...input.facts, contents } });
  const services = new Map(source.definitions.map((one) => [one.id, one]));
  const images = second.filter(isActive).flatMap(({ id, kind }) => {
    const definition = kind === 'service' ? services.get(id) : undefined;
    return (definition === undefined ? undefined : imageOf(definition, input)) ?? [];
  });
  const facts = { images: await findImages(images, live.reached, context), contents };
  const whole = { ...input, facts };
  return { changes: planObjects(whole), input: whole, looks };
}

/** All that is there now and would be another afterwards; the definitions in any case, as they are small. */
function safetyOf(changes: readonly PlannedChange[], input: PlanInput): BackupScope {
  const touched = changes.filter((change) => isActive(change) && change.action === 'update');
  const volumes = touched.filter(({ kind }) => kind === 'volume');
  if (volumes.length === 0) return { parts: ['definitions'] };
  return {
    parts: ['definitions', 'volumes'],
    only: touched.map((change) => scopeOf(change, input)),
  };
}

/** What an object is called on the target. */
function scopeOf(change: PlannedChange, input: PlanInput): ItemSelector {
  const { kind, name, id, target } = change;
  if (kind !== 'volume') return { kind, name: target ?? name };
  const definition = input.source.definitions.find((one) => one.id === id);
  const node = nodeOf(definition?.node ?? '', input)?.name ?? '';
  return { kind, name: `${node}/${target ?? name}` };
}
