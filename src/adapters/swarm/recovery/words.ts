import type { SeenEngine } from './survey';
import { nodeName } from './situation';
import type { Situation } from './situation';

/** `1 manager`, `2 managers`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** What an engine is, in a few words. */
export function engineWords(engine: SeenEngine, situation: Situation): string {
  const version = engine.version === undefined ? '' : `, Docker ${engine.version}`;
  const address = engine.address === undefined ? '' : `, ${engine.address}`;
  const is = () => {
    if (engine.state === 'silent') return `does not answer: ${engine.reason ?? 'no reason given'}`;
    if (engine.state === 'locked') return 'locked: waits for the unlock key';
    if (engine.state === 'inactive') return 'in no swarm';
    if (engine === situation.lead) return 'manager, has a quorum';
    if (situation.strangers.includes(engine)) return 'still in the old swarm';
    if (engine.manager) return situation.lead === undefined ? 'manager, no leader' : 'manager';
    return engine.state === 'active' ? 'worker' : `${engine.state}: ${engine.error ?? ''}`;
  };
  return `${is()}${address}${version}`;
}

/** One row an engine, then one a manager that is only heard of. */
export function engineFacts(situation: Situation): [string, string][] {
  const { engines, lead } = situation;
  const facts: [string, string][] = engines.map((e) => [e.name, engineWords(e, situation)]);
  const known = new Set(engines.map((e) => e.nodeId));
  if (lead !== undefined) {
    for (const node of lead.nodes ?? []) {
      if (node.Spec.Role !== 'manager' || known.has(node.ID)) continue;
      const state = node.ManagerStatus?.Reachability ?? 'no longer a member';
      facts.push([nodeName(node), `manager, ${state}, not listed under engines`]);
    }
    return facts;
  }
  const heardOf = new Map(
    engines.flatMap((e) => e.remoteManagers).map((m) => [m.id, m.address] as const),
  );
  for (const [id, address] of heardOf) {
    if (known.has(id)) continue;
    facts.push([address, 'manager, heard of; no engine of this entry is known to be it']);
  }
  return facts;
}

/** The matter in one sentence. */
export function summaryOf(situation: Situation): string {
  const { engines, lead, orphans, locked, managers, dead, strangers, short } = situation;
  if (lead === undefined) {
    if (engines.every((e) => e.state === 'silent')) return 'No engine of this cluster answers.';
    if (locked.length > 0) {
      return `${counted(locked.length, 'manager')} locked after a restart; with the unlock key the swarm may come back as it was.`;
    }
    if (orphans.length > 0) {
      return 'The managers that are left have no quorum: services run on, but nothing can be changed or healed.';
    }
    return 'No manager of this swarm is left among the engines of this entry.';
  }
  const matters = [
    managers.reachable < managers.all
      ? `${managers.all - managers.reachable} of ${counted(managers.all, 'manager')} can't be reached`
      : undefined,
    dead.length > 0 ? `${counted(dead.length, 'dead manager')} still listed` : undefined,
    strangers.length > 0 ? `${counted(strangers.length, 'engine')} not in the swarm` : undefined,
    locked.length > 0 ? `${counted(locked.length, 'manager')} locked` : undefined,
    short.length > 0 ? `not at full strength: ${short.join(', ')}` : undefined,
  ].filter((matter) => matter !== undefined);
  const has = `The swarm has a quorum: ${managers.reachable} of ${counted(managers.all, 'manager')} reachable`;
  return matters.length === 0 ? `${has}, all services run.` : `${has}; ${matters.join('; ')}.`;
}
