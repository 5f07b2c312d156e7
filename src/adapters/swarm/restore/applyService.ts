import { coreErrors } from '../../../core/errors';
import type { RestoreChoices } from '../../../core/model';
import type { PlannedChange } from '../../../core/plan';
import { textAt } from '../../../snapshots/swarm/jsonValues';
import type { Definition, DefinitionKind } from '../../../snapshots/swarm/layout';
import { replayBody } from '../../../snapshots/swarm/portable';
import type { TargetIds } from '../../../snapshots/swarm/portable';
import { update } from './applyObjects';
import { serviceOptions } from './expected';
import type { Source } from './model';
import { nodeOf } from './planner';
import type { LiveTarget } from './target';
import { targetName } from './work';
import type { Work } from './work';

/** Names under which the backup's objects are on the target, as far as they got other ones. */
export class TargetNames {
  private readonly names = new Map<string, string>();

  constructor(changes: readonly PlannedChange[]) {
    for (const { id, chosen, action, target } of changes) {
      const isThere = action === 'create' || action === 'update' || action === 'leave';
      if (chosen && isThere && target !== undefined) this.names.set(id, target);
    }
  }

  of(kind: DefinitionKind, name: string): string {
    return this.names.get(`${kind}/${name}`) ?? name;
  }

  /** A volume's, on whichever node it got another one. */
  volume(name: string, source: Source): string | undefined {
    for (const { kind, name: own, id } of source.definitions) {
      const target = kind === 'volume' && own === name ? this.names.get(id) : undefined;
      if (target !== undefined) return target;
    }
    return undefined;
  }
}

/** Finds ids on the target as it is now. */
export function targetIds(
  source: Source,
  { target }: LiveTarget,
  names: TargetNames,
  choices: RestoreChoices,
): TargetIds {
  const ids = new Map<string, string>();
  for (const { kind, name, value } of target.definitions) {
    const id = textAt(value, kind === 'network' ? 'Id' : 'ID');
    if (id !== undefined) ids.set(`${kind}/${name}`, id);
  }
  const find = (kind: 'network' | 'secret' | 'config') => (wanted: string) => {
    const name = names.of(kind, wanted);
    const id = ids.get(`${kind}/${name}`);
    return id === undefined ? undefined : { id, name };
  };
  return {
    network: find('network'),
    secret: find('secret'),
    config: find('config'),
    node: (wanted) => {
      const node = nodeOf(wanted, { source, target, choices });
      return node?.id === undefined ? undefined : { id: node.id, name: node.name };
    },
    volume: (wanted) => names.volume(wanted, source),
  };
}

/** Creates a service, or gives it the settings of the backup. */
export async function applyService(work: Work, ids: TargetIds): Promise<string> {
  const { change, definition, source, manager, choices, context, live } = work;
  const { signal } = context;
  const name = targetName(work);
  const options = { ...serviceOptions({ choices }), name };
  const { body, unresolved } = replayBody(definition, source.names, ids, options);
  // A node that is not there is a constraint that nobody meets: accepted with the plan.
  const missing = unresolved.filter(({ kind }) => kind !== 'node');
  if (missing.length > 0) {
    throw coreErrors.planChanged({
      message: `The service ${name} needs ${missing.map((one) => `the ${one.kind} ${one.name}`).join(', ')}, which is not there.`,
    });
  }
  if (change.action === 'create') {
    const purpose = `create the service ${name}`;
    await manager.json('/services/create', { method: 'POST', body, purpose, signal });
    return 'Created.';
  }
  const there = live.target.definitions.find((one) => one.kind === 'service' && one.name === name);
  const id = textAt(there?.value, 'ID') ?? '';
  // Each update counts on, so that tasks are made anew as with the engine's own tools.
  await update(work, `/services/${id}`, `update the service ${name}`, () => body);
  return 'Updated.';
}

/** Ids of the backup's objects that a service needs. */
export function needsOf(definition: Definition, source: Source): string[] {
  const needs: string[] = [];
  const note = (kind: 'network' | 'secret' | 'config') => (name: string) => {
    needs.push(`${kind}/${name}`);
    return { id: name, name };
  };
  const target: TargetIds = {
    network: note('network'),
    secret: note('secret'),
    config: note('config'),
    node: (name) => ({ id: name, name }),
    volume: (name) => {
      needs.push(
        ...source.definitions.flatMap((one) =>
          one.kind === 'volume' && one.name === name ? [one.id] : [],
        ),
      );
      return undefined;
    },
  };
  replayBody(definition, source.names, target);
  return needs;
}
