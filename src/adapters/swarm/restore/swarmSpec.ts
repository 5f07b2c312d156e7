import { differences, portable, replayBody } from '../../../snapshots/swarm/portable';
import type { TargetIds } from '../../../snapshots/swarm/portable';
import { objectAt, without } from '../../../snapshots/swarm/jsonValues';
import type { JsonObject } from '../../../snapshots/swarm/jsonValues';
import type { Definition } from '../../../snapshots/swarm/layout';
import type { Planning } from './model';

const nobody = (): undefined => undefined;
/** Where nothing is named by an id. */
export const NO_IDS: TargetIds = { network: nobody, secret: nobody, config: nobody, node: nobody };

/** Settings of a swarm as a restore writes them; autolock and name stay those of `live`. */
export function swarmSpec(
  definition: Definition,
  names: Planning['source']['names'],
  live: JsonObject,
): JsonObject {
  const { body } = replayBody(definition, names, NO_IDS);
  const spec = without(body, 'EncryptionConfig', 'Name', 'JoinTokens');
  const kept = objectAt(live, 'EncryptionConfig');
  const name = typeof live.Name === 'string' ? live.Name : 'default';
  const locking = Object.keys(kept).length === 0 ? {} : { EncryptionConfig: kept };
  return { ...spec, Name: name, ...locking };
}

/** Where the settings would change. */
export function differencesOfSwarm(
  definition: Definition,
  live: Definition,
  { source, target }: Pick<Planning, 'source' | 'target'>,
): string[] {
  const spec = swarmSpec(definition, source.names, objectAt(live.value, 'Spec'));
  const expected = portable({ ...definition, value: { Spec: spec } }, source.names);
  return differences(expected, portable(live, target.names));
}
