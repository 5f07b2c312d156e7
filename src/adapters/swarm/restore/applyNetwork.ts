import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { listAt, objectAt, textAt } from '../../../snapshots/swarm/jsonValues';
import type { JsonObject } from '../../../snapshots/swarm/jsonValues';
import { replayBody } from '../../../snapshots/swarm/portable';
import { isStatus } from '../../docker/errors';
import { swarmErrors } from '../errors';
import { remove } from '../helperContainers';
import { CODES } from './model';
import { subnetsOf } from './subnets';
import { NO_IDS } from './swarmSpec';
import { poll } from './wait';
import { targetName } from './work';
import type { Work } from './work';

/** Seconds until a network has its addresses; one that gets none never will. */
const ALLOCATION_SECONDS = 10;
/** Seconds until a removed network has gone from the swarm. */
const REMOVAL_SECONDS = 20;

const createdSchema = z.looseObject({ Id: z.string() });

/**
 * Creates a network, in place of the one of the same name where the plan says so. An engine answers "created" also when
 * another network has the addresses; such a one never comes up, and is taken away again.
 */
export async function applyNetwork(work: Work): Promise<string> {
  const { change, definition, source, manager, context, live } = work;
  const { signal } = context;
  const name = targetName(work);
  if (change.action === 'update') {
    const there = live.target.definitions.find(
      (one) => one.kind === 'network' && one.name === name,
    );
    const old = `/networks/${textAt(there?.value, 'Id') ?? name}`;
    await remove(manager, old);
    // Until the node has let go of it, an engine lists the old one beside the new one.
    await poll(() => isGone(work, old), { seconds: REMOVAL_SECONDS, signal });
  }
  const freeAddresses = change.code === CODES.subnetTaken;
  const { body } = replayBody(definition, source.names, NO_IDS, { name, freeAddresses });
  const id = await create(work, name, body);
  // Others are made on each node when they are used.
  if (textAt(body, 'Driver') !== 'overlay') return 'Created.';
  const network = await poll(
    async () => {
      const purpose = `wait for the network ${name}`;
      const now = await manager.json<JsonObject>(`/networks/${id}`, { purpose, signal });
      return listAt(objectAt(now, 'IPAM'), 'Config').length > 0 ? now : undefined;
    },
    { seconds: ALLOCATION_SECONDS, signal },
  );
  if (network !== undefined) return `Created with ${subnetsOf(network).join(', ')}.`;
  await remove(manager, `/networks/${id}`);
  throw swarmErrors.subnetTaken({
    message: `The network ${name} got no addresses within ${ALLOCATION_SECONDS} seconds: ${subnetsOf(definition.value).join(', ') || 'its subnet'} is in use. It was removed again.`,
  });
}

async function isGone({ manager, context }: Work, path: string): Promise<true | undefined> {
  try {
    const { signal } = context;
    await manager.json(path, { purpose: 'wait until a network has gone', signal });
    return undefined;
  } catch (error) {
    if (isStatus(error, 404)) return true;
    throw error;
  }
}

async function create({ manager, context, change }: Work, name: string, body: JsonObject) {
  const { signal } = context;
  const end = Date.now() + REMOVAL_SECONDS * 1000;
  for (;;) {
    try {
      const request = {
        method: 'POST',
        body,
        purpose: `create the network ${name}`,
        signal,
      } as const;
      return (await manager.json('/networks/create', request, createdSchema)).Id;
    } catch (error) {
      // The one that was removed goes from the swarm a moment later.
      const isLate = change.action === 'update' && isStatus(error, 409, 500);
      if (!isLate || Date.now() > end) throw error;
      await sleep(500, undefined, { signal });
    }
  }
}
