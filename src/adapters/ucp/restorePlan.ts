import type { RunContext, WholePlan, WholeRequest } from '../../core/ports';
import { ownAddresses } from '../swarm/restore/advertise';
import type { UcpConnections } from './connections';
import { joinInstalled, lookInstalled } from './installed';
import { productImages, repositoryFor } from './productImages';
import { reachManagers } from './reachManagers';
import type { ReachedManagers } from './reachManagers';
import { unlockKeyOf } from './restoreAnswers';
import type { RestoreFacts } from './restoreFacts';
import { noSafetyBackup, planLines } from './restoreLines';
import { readMembership } from './swarmMembership';
import { isUninstallChosen } from './uninstallLines';

/**
 * What has to be known before a restore: version against version, what is installed, the swarm, names and keys.
 * Changes nothing.
 *
 * @throws `docker.*` where the main engine does not answer; `swarm.wrongNode`, `swarm.otherCluster`
 */
export async function planUcpRestore(
  ucp: UcpConnections,
  request: WholeRequest,
  context: RunContext,
): Promise<WholePlan> {
  const { facts } = await readRestoreFacts(ucp, request, context);
  const why = noSafetyBackup(facts);
  return {
    items: planLines(facts),
    ...(why === undefined ? {} : { noSafetyBackup: why }),
    ...(isUninstallChosen(facts) ? { removesFirst: true } : {}),
  };
}

/** All that a restore hangs on, and the engine that it runs on. */
export async function readRestoreFacts(
  ucp: UcpConnections,
  { content, manifest, choices, payloads }: WholeRequest,
  context: RunContext,
): Promise<ReachedManagers & { facts: RestoreFacts }> {
  const { connection } = ucp;
  const managers = await reachManagers(ucp, context);
  const { target, reached, members } = managers;
  const { engine } = target;
  const repositoryOf = (version: string) => repositoryFor(version, connection.image);
  const [images, installed, swarm, addresses] = await Promise.all([
    productImages(engine, repositoryOf, context),
    Promise.all(members.map((one) => lookInstalled(one.engine, context))),
    readMembership(target, context),
    ownAddresses({ ...reached, main: target }, context),
  ]);
  const source = manifest?.source ?? {};
  const before = source['node'] === target.node ? source['address'] : undefined;
  const sans = content.facts['sans'];
  const { rule, sound } = content.facts;
  const facts: RestoreFacts = {
    node: target.node,
    backup: {
      version: manifest?.system.version,
      instance: source['instance'],
      ...(Array.isArray(sans) && sans.length > 0 ? { sans: sans.map(String) } : {}),
      ...(typeof rule === 'string' && sound === true ? { rule } : {}),
    },
    images,
    repositoryOf,
    installed: joinInstalled(installed),
    swarm,
    addresses: before === undefined ? addresses : [...new Set([...addresses, before])],
    uninstallLimit: connection.timeouts.uninstall,
    answers: choices.answers ?? {},
    accepted: new Set(choices.accept),
    unlockKey: unlockKeyOf(payloads),
  };
  return { ...managers, facts };
}
