import { isMember } from './survey';
import type { NodeEntry, SeenEngine, Survey } from './survey';

/** A survey, told apart by what each thing means for the walk. */
export interface Situation extends Survey {
  /** Managers that answer and have no leader. */
  orphans: SeenEngine[];
  locked: SeenEngine[];
  /** Engines that have to leave what they are in, or are in nothing, before they can join the swarm that lives. */
  strangers: SeenEngine[];
  /** Entries of managers that can't come back, as the swarm was rebuilt without them. */
  dead: NodeEntry[];
  /** Managers that belong to the swarm and are not there now; they may come back. */
  absent: NodeEntry[];
  managers: { reachable: number; all: number };
  /** Services that run fewer tasks than they should. */
  short: string[];
}

/** Works out what a survey means. */
export function situationOf(survey: Survey): Situation {
  const { engines, lead, services } = survey;
  const nodes = lead?.nodes ?? [];
  const members = nodes.filter(isMember);
  const reachable = members.filter((n) => n.ManagerStatus?.Reachability === 'reachable');
  const answering = engines.filter((e) => e.state !== 'silent');
  const locked = answering.filter((e) => e.state === 'locked' && mayBelong(e, survey));
  const strangers =
    lead === undefined
      ? []
      : answering.filter((e) => e !== lead && !locked.includes(e) && !belongs(e, nodes));
  // Its old entry says what it was told, e.g. labels: that is carried over when it joins.
  const lives = (n: NodeEntry) =>
    strangers.some((e) => (e.nodeId === undefined ? e.name === nodeName(n) : e.nodeId === n.ID));
  return {
    ...survey,
    locked,
    orphans: lead === undefined ? answering.filter((e) => e.manager && e.state !== 'locked') : [],
    strangers,
    dead: nodes.filter(
      (n) => n.Spec.Role === 'manager' && !isMember(n) && n.Status?.State !== 'ready' && !lives(n),
    ),
    absent: members.filter((n) => n.ManagerStatus?.Reachability !== 'reachable'),
    managers: { reachable: reachable.length, all: members.length },
    short: services.filter((s) => !s.job && (s.running ?? 0) < (s.desired ?? 0)).map((s) => s.name),
  };
}

/** A locked engine does not say who it is; its address does. */
function mayBelong(engine: SeenEngine, { lead }: Survey): boolean {
  if (lead === undefined) return true;
  return (lead.nodes ?? []).some(
    (n) =>
      isMember(n) &&
      engine.address !== undefined &&
      hostOf(n.ManagerStatus?.Addr ?? '') === engine.address,
  );
}

function belongs(engine: SeenEngine, nodes: readonly NodeEntry[]): boolean {
  const node = nodes.find((n) => n.ID === engine.nodeId);
  if (node === undefined || engine.state === 'inactive') return false;
  if (isMember(node)) return engine.manager;
  // Of the old managers: it lives on in a swarm that was rebuilt without it.
  return node.Spec.Role !== 'manager';
}

/** `10.0.0.1` of `10.0.0.1:2377`. */
export function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

/** The port that managers speak on, 2377 unless told otherwise. */
export function portOf(address: string | undefined): string {
  return /:(\d+)$/.exec(address ?? '')?.[1] ?? '2377';
}

/** A node's name for people. */
export function nodeName(node: NodeEntry): string {
  return node.Description?.Hostname ?? node.ID;
}
