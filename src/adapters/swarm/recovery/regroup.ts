import type { DockerEngine } from '../../docker/engine';
import { recoveryErrors } from './errors';
import { removable } from './lateSteps';
import type { RecoveryRun } from './run';
import { hostOf, nodeName, portOf, situationOf } from './situation';
import { isMember, nodesSchema, readLead, swarmStateSchema } from './survey';
import type { NodeEntry, SeenEngine } from './survey';

async function nodesOf(engine: DockerEngine, signal: AbortSignal): Promise<NodeEntry[]> {
  const ask = { purpose: 'list the nodes of its swarm', signal, timeout: 25 };
  return engine.json('/nodes', ask, nodesSchema);
}

async function updateNode(
  engine: DockerEngine,
  node: NodeEntry,
  change: Record<string, unknown>,
  signal: AbortSignal,
): Promise<void> {
  await engine.json(`/nodes/${encodeURIComponent(node.ID)}/update`, {
    method: 'POST',
    query: { version: String(node.Version.Index) },
    body: { ...node.Spec, ...change },
    purpose: `update the node ${nodeName(node)}`,
    signal,
  });
}

async function removeNode(engine: DockerEngine, id: string, signal: AbortSignal): Promise<void> {
  await engine.json(`/nodes/${encodeURIComponent(id)}`, {
    method: 'DELETE',
    query: { force: true },
    purpose: 'remove the entry of a node',
    signal,
  });
}

/** Removes managers that are gone; those that still count are demoted first. */
export async function removeOld(run: RecoveryRun): Promise<void> {
  const { situation, signal, context } = run;
  const lead = run.engine(situation.lead);
  const nodes = removable(situation);
  for (const [done, { ID }] of nodes.entries()) {
    context.progress({
      phase: 'Removing old managers',
      done,
      total: nodes.length,
      unit: 'records',
    });
    const node = (await nodesOf(lead, signal)).find((n) => n.ID === ID);
    if (node === undefined) continue;
    if (isMember(node)) {
      await updateNode(lead, node, { Role: 'worker' }, signal);
      await run.until(`${nodeName(node)} is no longer a manager`, 60, async () =>
        (await nodesOf(lead, signal)).some((n) => n.ID === ID && isMember(n)) ? undefined : true,
      );
    }
    await run.until(`the entry of ${nodeName(node)} is gone`, 30, async () => {
      await removeNode(lead, ID, signal).catch(() => undefined);
      return (await nodesOf(lead, signal)).some((n) => n.ID === ID) ? undefined : true;
    });
  }
}

/** One engine leaves what it is in and joins as a manager; what its old entry was told is carried over. */
export async function joinOther(run: RecoveryRun): Promise<void> {
  const { situation, signal, context } = run;
  const seen = run.chosen(situation.strangers);
  const engine = run.engine(seen);
  const lead = run.engine(situation.lead);
  const state = await lead.json(
    '/swarm',
    { purpose: 'give its join token', signal },
    swarmStateSchema,
  );
  const JoinToken = state.JoinTokens?.Manager ?? '';
  const own = situation.lead?.nodes?.find((n) => n.ID === situation.lead?.nodeId);
  const manager = own?.ManagerStatus?.Addr ?? '';
  if (JoinToken === '' || manager === '') {
    throw recoveryErrors.notNow({ message: 'The swarm gives no join token now.' });
  }
  const former = oldEntry(seen, situation.lead?.nodes ?? []);
  if (seen.state !== 'inactive') {
    context.progress({ phase: `${seen.name} leaves the old swarm` });
    await engine.json('/swarm/leave', {
      method: 'POST',
      query: { force: true },
      purpose: 'leave the old swarm',
      signal,
      timeout: 60,
    });
  }
  context.progress({ phase: `${seen.name} joins` });
  const address = (run.answers['address'] ?? '').trim() || seen.address || '';
  const before = new Set((await nodesOf(lead, signal)).map((n) => n.ID));
  await engine.json('/swarm/join', {
    method: 'POST',
    body: {
      ListenAddr: `0.0.0.0:${portOf(manager)}`,
      AdvertiseAddr: address,
      RemoteAddrs: [manager],
      JoinToken,
    },
    purpose: `join the swarm of ${hostOf(manager)}`,
    signal,
    timeout: 60,
  });
  const joined = await run.until(`${seen.name} is a manager`, 90, async () =>
    (await nodesOf(lead, signal)).find(
      (n) =>
        !before.has(n.ID) &&
        nodeName(n) === seen.name &&
        n.ManagerStatus?.Reachability === 'reachable',
    ),
  );
  if (former === undefined) return;
  const { Labels, Availability } = former.Spec;
  await run.until(`${seen.name} has its labels`, 20, async () => {
    const now = (await nodesOf(lead, signal)).find((n) => n.ID === joined.ID);
    if (now === undefined) return undefined;
    // Fails when the node was changed meanwhile; then it is read anew.
    await updateNode(lead, now, { Labels: Labels ?? {}, Availability }, signal);
    return true;
  });
  await run.until(`the old entry of ${seen.name} is gone`, 30, async () => {
    await removeNode(lead, former.ID, signal).catch(() => undefined);
    return (await nodesOf(lead, signal)).some((n) => n.ID === former.ID) ? undefined : true;
  });
}

/** The entry the engine has had: by its id, or by its name where it no longer knows it. */
function oldEntry(seen: SeenEngine, nodes: readonly NodeEntry[]): NodeEntry | undefined {
  return (
    nodes.find((n) => n.ID === seen.nodeId) ??
    nodes.find((n) => nodeName(n) === seen.name && !isMember(n))
  );
}

/** Waits until managers are reachable and services run. */
export async function waitHealthy(run: RecoveryRun): Promise<void> {
  const { signal, context, situation } = run;
  const lead = run.engine(situation.lead);
  const seen = situation.lead;
  if (seen === undefined) return;
  await run.until(
    'all managers are reachable and all services run',
    300,
    async () => {
      const nodes = await nodesOf(lead, signal);
      const now = situationOf({
        engines: [seen],
        lead: { ...seen, nodes },
        ...(await readLead(lead, signal)),
      });
      const running = now.services.filter((s) => !s.job);
      const tasks = (key: 'running' | 'desired') =>
        running.reduce((sum, s) => sum + Math.min(s[key] ?? 0, s.desired ?? 0), 0);
      const { reachable, all } = now.managers;
      context.progress({
        phase: `${reachable} of ${all} managers reachable; tasks running`,
        done: tasks('running'),
        total: tasks('desired'),
        unit: 'records',
      });
      return reachable === all && now.short.length === 0 ? true : undefined;
    },
    1000,
  );
}

/** New join tokens, and a new unlock key where there is one. */
export async function rotate(run: RecoveryRun): Promise<void> {
  const { signal, situation } = run;
  const lead = run.engine(situation.lead);
  run.context.progress({ phase: 'Rotating the join tokens' });
  const state = await lead.json(
    '/swarm',
    { purpose: 'describe its swarm', signal },
    swarmStateSchema,
  );
  await lead.json('/swarm/update', {
    method: 'POST',
    query: {
      version: String(state.Version.Index),
      rotateWorkerToken: true,
      rotateManagerToken: true,
      rotateManagerUnlockKey: situation.autolock === true,
    },
    body: state.Spec,
    purpose: 'rotate its join tokens',
    signal,
  });
}
