import { isChosen } from '../../../core/restoreChoices';
import type { PlannedChange } from '../../../core/plan';
import { DEFINITION_KINDS, definitionId } from '../../../snapshots/swarm/layout';
import type { Definition, DefinitionKind } from '../../../snapshots/swarm/layout';
import { decideData } from './decideData';
import { decideNetwork } from './decideNetwork';
import { decideNode, labelsAfter } from './decideNode';
import { decideService } from './decideService';
import { decideSwarm } from './decideSwarm';
import { decideVolume } from './decideVolume';
import type { Decision, PlanInput, Planning, TargetNode } from './model';

const DECIDE: Record<DefinitionKind, (definition: Definition, planning: Planning) => Decision> = {
  swarm: decideSwarm,
  node: decideNode,
  network: decideNetwork,
  secret: decideData,
  config: decideData,
  volume: decideVolume,
  service: decideService,
};

/** What can't get another name. */
const FIXED_NAMES: ReadonlySet<DefinitionKind> = new Set(['swarm', 'node']);

/** Works out what happens to each object of a backup, in the order in which they are made; asks nobody. */
export function planObjects(input: PlanInput): PlannedChange[] {
  return new Plan(input).changes;
}

/** The node of the target that stands for one of the backup's: the person's answer, the same name, or the only one. */
export function nodeOf(
  name: string,
  { source, target, choices }: Pick<PlanInput, 'source' | 'target' | 'choices'>,
): TargetNode | undefined {
  const answer = choices.answers?.[`node:${name}`];
  if (answer !== undefined && answer !== '')
    return target.nodes.find((node) => node.name === answer);
  const same = target.nodes.find((node) => node.name === name);
  if (same !== undefined || target.nodes.length !== 1) return same;
  return nodesOf(source).size === 1 ? target.nodes[0] : undefined;
}

/** Names of the nodes that a backup tells of. */
export function nodesOf({ definitions }: Pick<PlanInput['source'], 'definitions'>): Set<string> {
  return new Set(
    definitions.flatMap(({ kind, name, node }) =>
      kind === 'node' ? [name] : kind === 'volume' && node !== undefined ? [node] : [],
    ),
  );
}

class Plan implements Planning {
  readonly changes: PlannedChange[] = [];
  readonly source: PlanInput['source'];
  readonly target: PlanInput['target'];
  readonly facts: PlanInput['facts'];
  readonly choices: PlanInput['choices'];
  readonly payloads: PlanInput['payloads'];
  private readonly decided = new Map<string, PlannedChange>();
  private readonly byId: ReadonlyMap<string, Definition>;
  private readonly labels = new Map<string, Readonly<Record<string, string>>>();

  constructor(input: PlanInput) {
    this.source = input.source;
    this.target = input.target;
    this.facts = input.facts;
    this.choices = input.choices;
    this.payloads = input.payloads;
    this.byId = new Map(input.target.definitions.map((one) => [one.id, one]));
    const order = ({ kind }: Definition) => DEFINITION_KINDS.indexOf(kind);
    const inOrder = [...input.source.definitions].sort((a, b) => order(a) - order(b));
    for (const definition of inOrder) this.decide(definition);
  }

  nodeFor(name: string): TargetNode | undefined {
    return nodeOf(name, this);
  }

  labelsOf(node: TargetNode): Readonly<Record<string, string>> {
    return this.labels.get(node.name) ?? node.labels;
  }

  live(kind: DefinitionKind, name: string, node?: string): Definition | undefined {
    return this.byId.get(definitionId(kind, name, node));
  }

  available(kind: DefinitionKind, name: string, node?: string): string | undefined {
    const place = node === undefined ? undefined : this.nodeFor(node)?.name;
    const change = this.decided.get(definitionId(kind, name, node));
    const isThere = () => (this.live(kind, name, place) === undefined ? undefined : name);
    if (change?.chosen !== true) return isThere();
    const { action, target } = change;
    if (action === 'create' || action === 'update' || action === 'leave') return target ?? name;
    return isThere();
  }

  taken(kind: DefinitionKind, name: string, node?: string): boolean {
    if (this.live(kind, name, node) !== undefined) return true;
    const isPlaced = (one: Definition) =>
      node === undefined || this.nodeFor(one.node ?? '')?.name === node;
    // Names of objects that are still to be decided belong to them.
    return this.source.definitions.some(
      (one) =>
        one.kind === kind &&
        isPlaced(one) &&
        (one.name === name || this.decided.get(one.id)?.target === name),
    );
  }

  private decide(definition: Definition): void {
    const { id, kind, name, stack } = definition;
    const base = {
      id,
      kind,
      name,
      ...(stack === undefined ? {} : { group: stack }),
      ...(FIXED_NAMES.has(kind) ? {} : { renamable: true }),
    };
    const decision = DECIDE[kind](definition, this);
    const change: PlannedChange = { ...base, chosen: isChosen(this.choices, base), ...decision };
    this.changes.push(change);
    this.decided.set(id, change);
    if (kind !== 'node' || !change.chosen) return;
    const node = this.nodeFor(name);
    if (node !== undefined) this.labels.set(node.name, labelsAfter(node, definition, decision));
  }
}
