import {
  DEFINITION_KINDS,
  definitionId,
  definitionMember,
  MANIFEST_MEMBER,
  STACK_LABEL,
  stackMember,
  SUMMARY_MEMBER,
  SUMS_MEMBER,
} from './layout';
import type { Definition, DefinitionKind } from './layout';

/** What a member of an archive is by its name. */
export type Member =
  | { kind: 'manifest' | 'summary' | 'sums' }
  | { kind: 'definition'; of: DefinitionKind; name: string; node?: string }
  | { kind: 'stack'; name: string }
  | { kind: 'piece'; folder: string; piece: number };

/** Reads a member's name; undefined for one that no writer gives. */
export function memberOf(name: string): Member | undefined {
  if (name === MANIFEST_MEMBER) return { kind: 'manifest' };
  if (name === SUMMARY_MEMBER) return { kind: 'summary' };
  if (name === SUMS_MEMBER) return { kind: 'sums' };
  const piece = /^(.+)\/tar\.(\d{6,})$/.exec(name);
  if (piece?.[1] !== undefined && !name.startsWith('definitions/')) {
    return { kind: 'piece', folder: piece[1], piece: Number(piece[2]) };
  }
  const found = definitionOf(name) ?? stackOf(name);
  // One name a thing: another spelling of it is no name.
  if (found?.kind === 'definition') {
    return definitionMember({ ...found, kind: found.of }) === name ? found : undefined;
  }
  return found?.kind === 'stack' && stackMember(found.name) === name ? found : undefined;
}

function definitionOf(name: string): Member | undefined {
  if (name === 'definitions/swarm.json') return { kind: 'definition', of: 'swarm', name: 'swarm' };
  const match = /^definitions\/([a-z]+)s\/(?:([^/]+)\/)?([^/]+)\.json$/.exec(name);
  const of = DEFINITION_KINDS.find((kind) => kind === match?.[1]);
  const own = decoded(match?.[3]);
  if (of === undefined || of === 'swarm' || own === undefined) return undefined;
  const node = decoded(match?.[2]);
  return { kind: 'definition', of, name: own, ...(node === undefined ? {} : { node }) };
}

function stackOf(name: string): Member | undefined {
  const own = decoded(/^stacks\/([^/]+)\.compose\.yaml$/.exec(name)?.[1]);
  return own === undefined ? undefined : { kind: 'stack', name: own };
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * The definition that stands in a member.
 *
 * @returns undefined where the value is of another object than its place says
 */
export function placedDefinition(
  member: Member & { kind: 'definition' },
  value: unknown,
): Definition | undefined {
  if (!isRecord(value) || !names(member.of, value, member.name)) return undefined;
  const { of: kind, name, node } = member;
  const stack = stackOfValue(value);
  return {
    id: definitionId(kind, name, node),
    kind,
    name,
    ...(node === undefined ? {} : { node }),
    ...(stack === undefined ? {} : { stack }),
    value,
  };
}

function names(kind: DefinitionKind, value: Record<string, unknown>, name: string): boolean {
  if (kind === 'swarm') return true;
  const spec = at(value, 'Spec');
  if (kind === 'volume' || kind === 'network') return value['Name'] === name;
  if (kind !== 'node') return at(spec, 'Name') === name;
  // Two nodes may have the same host name; the second is then told apart by more.
  const host = at(at(value, 'Description'), 'Hostname');
  return typeof host === 'string' ? name.startsWith(host) : value['ID'] === name;
}

function stackOfValue(value: Record<string, unknown>): string | undefined {
  const labels = at(at(value, 'Spec'), 'Labels') ?? value['Labels'];
  const stack = at(labels, STACK_LABEL);
  return typeof stack === 'string' && stack !== '' ? stack : undefined;
}

/** A field of what may be an object. */
export function at(value: unknown, field: string): unknown {
  return isRecord(value) && Object.hasOwn(value, field) ? value[field] : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
