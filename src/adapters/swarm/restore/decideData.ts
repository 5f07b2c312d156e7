import { policyOf } from '../../../core/restoreChoices';
import { objectAt, textAt } from '../../../snapshots/swarm/jsonValues';
import type { Definition } from '../../../snapshots/swarm/layout';
import { beside } from './beside';
import { differsFrom, expectedOther } from './expected';
import { CODES } from './model';
import type { Decision, Planning } from './model';
import { nameByContent } from './names';

/** Bytes that a secret may have: one less than the limit (swarmkit api/validation/secrets.go). */
export const MAX_SECRET_BYTES = 511_999;

/** What a secret or config gets. Only labels can be changed in place; other data needs another name. */
export function decideData(definition: Definition, planning: Planning): Decision {
  const { kind, id, name } = definition;
  const live = planning.live(kind, name);
  const needs = needsOf(definition, planning);
  const explicit = planning.choices.rename?.[id];
  if (live === undefined && explicit === undefined) return make(needs);
  const found = live === undefined ? [] : differences(definition, name, live, planning);
  const isAnew = kind === 'secret' && needs.given && planning.choices.conflicts?.[id] === 'replace';
  if (live !== undefined && explicit === undefined && found.length === 0 && !isAnew) {
    if (kind === 'config') return { action: 'leave' };
    const reason = 'The engine does not tell a payload: the one that is there stays.';
    return { action: 'leave', reason };
  }
  const policy = policyOf(planning.choices, id);
  const same = (other: Definition) =>
    differences(definition, other.name, other, planning).length === 0;
  if (policy === 'rename' || explicit !== undefined) {
    return beside(definition, planning, {
      same,
      create: (target) => make(needs, { target }),
    });
  }
  if (policy === 'skip') return { action: 'conflict', code: CODES.differs, differences: found };
  if (!isAnew && found.every((path) => path.startsWith('Labels'))) {
    return {
      action: 'update',
      differences: found,
      destructive: true,
      reason: 'Its labels become those of the backup; what it holds stays.',
    };
  }
  const content = kind === 'secret' ? planning.payloads[id] : textAt(specOf(definition), 'Data');
  const target = nameByContent(name, content ?? '');
  const there = planning.live(kind, target);
  const reason = `It can't be changed in place: the restored services use ${target}, and ${name} stays.`;
  if (there !== undefined && same(there)) return { action: 'leave', target, reason };
  if (planning.taken(kind, target)) {
    return { action: 'cannot', code: CODES.nameTaken, reason: `The name ${target} is taken.` };
  }
  return make(needs, { target, reason, differences: found });
}

interface Needs {
  asks?: { title: string; given: boolean };
  given: boolean;
  problem?: string;
}

function needsOf(definition: Definition, { payloads }: Planning): Needs {
  // One that a driver provides has no payload of its own.
  const hasDriver = textAt(objectAt(specOf(definition), 'Driver'), 'Name') !== undefined;
  if (definition.kind !== 'secret' || hasDriver) return { given: false };
  const payload = payloads[definition.id];
  const given = payload !== undefined && payload !== '';
  const problem = given ? payloadProblem(payload) : undefined;
  return {
    asks: { title: `Payload of the secret ${definition.name}`, given },
    given: given && problem === undefined,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** What is wrong with a payload in base64; undefined when nothing is. Tells nothing of what it holds. */
export function payloadProblem(payload: string): string | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(payload) || payload.length % 4 !== 0) {
    return 'it is not base64';
  }
  const bytes = Buffer.byteLength(payload, 'base64');
  if (bytes === 0) return 'it is empty';
  if (bytes > MAX_SECRET_BYTES) {
    return `it has ${bytes} bytes, and an engine takes ${MAX_SECRET_BYTES} at most`;
  }
  return undefined;
}

function make({ asks, problem }: Needs, more: Partial<Decision> = {}): Decision {
  if (asks === undefined) return { action: 'create', ...more };
  if (problem !== undefined) {
    return {
      ...more,
      action: 'cannot',
      code: CODES.payloadUnusable,
      reason: `Its payload can't be used: ${problem}.`,
      asks,
    };
  }
  if (asks.given) return { action: 'create', ...more, asks };
  return {
    ...more,
    action: 'cannot',
    code: CODES.payloadMissing,
    reason:
      'An engine never gives the payload of a secret, so no backup has it; it has to be given.',
    asks,
  };
}

function differences(
  definition: Definition,
  name: string,
  live: Definition,
  planning: Planning,
): string[] {
  return differsFrom(
    expectedOther(definition, name, planning.source.names),
    live,
    planning.target.names,
  );
}

function specOf({ value }: Definition) {
  return objectAt(value, 'Spec');
}
