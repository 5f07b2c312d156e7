import { setTimeout as sleep } from 'node:timers/promises';
import { coreErrors } from '../../../core/errors';
import { objectAt, textAt } from '../../../snapshots/swarm/jsonValues';
import type { JsonObject } from '../../../snapshots/swarm/jsonValues';
import { replayBody } from '../../../snapshots/swarm/portable';
import { EngineStatusError } from '../../docker/errors';
import { labelsIn, nodeBody } from './decideNode';
import { nodeOf } from './planner';
import { NO_IDS } from './swarmSpec';
import { targetName } from './work';
import type { Work } from './work';

/** Tries of an update that another one came before. */
const UPDATE_TRIES = 5;

/** The version that an update of an object has to name. */
export function versionOf(value: unknown): string {
  const index = objectAt(value, 'Version')['Index'];
  return typeof index === 'number' || typeof index === 'bigint' ? String(index) : '';
}

/** Reads an object, changes it and writes it back; again when somebody else was faster. */
export async function update(
  { manager, context: { signal } }: Pick<Work, 'manager' | 'context'>,
  path: string,
  purpose: string,
  change: (live: JsonObject) => JsonObject,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const live = await manager.json<JsonObject>(path, { purpose, signal });
    const query = { version: versionOf(live) };
    try {
      const body = change(live);
      await manager.json(`${path}/update`, { method: 'POST', query, purpose, signal, body });
      return;
    } catch (error) {
      const isStale = error instanceof EngineStatusError && /out of sequence/.test(error.message);
      if (!isStale || tries >= UPDATE_TRIES) throw error;
      await sleep(100 * tries, undefined, { signal });
    }
  }
}

/** Labels and availability of a node. */
export async function applyNode(work: Work): Promise<string> {
  const { change, definition, live, choices, source } = work;
  const node = nodeOf(change.name, { source, target: live.target, choices });
  if (node?.id === undefined) {
    throw coreErrors.planChanged({
      message: `The target has no node ${targetName(work)} any more.`,
    });
  }
  await update(work, `/nodes/${node.id}`, `change the node ${node.name}`, (now) =>
    nodeBody(definition, objectAt(now, 'Spec'), change.destructive === true),
  );
  return `${node.name} has the labels of the backup.`;
}

/** Creates a secret or config, or gives it other labels. */
export async function applyData(work: Work): Promise<string> {
  const { change, definition, source, manager, payload, context, live } = work;
  const { signal } = context;
  const name = targetName(work);
  const kind = change.kind === 'secret' ? 'secret' : 'config';
  if (change.action === 'update') {
    const there = live.target.definitions.find((one) => one.kind === kind && one.name === name);
    const id = textAt(there?.value, 'ID') ?? '';
    await update(work, `/${kind}s/${id}`, `label the ${kind} ${name}`, (now) => ({
      ...objectAt(now, 'Spec'),
      Labels: { ...labelsIn(objectAt(definition.value, 'Spec')) },
    }));
    return 'It has the labels of the backup.';
  }
  const options = payload === undefined ? { name } : { name, data: payload };
  const { body } = replayBody(definition, source.names, NO_IDS, options);
  const purpose = `create the ${kind} ${name}`;
  await manager.json(`/${kind}s/create`, { method: 'POST', body, purpose, signal });
  return 'Created.';
}
