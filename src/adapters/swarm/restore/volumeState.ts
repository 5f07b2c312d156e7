import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import * as z from 'zod';
import { isCancellation } from '../../../core/errors';
import type { RestoreChoices } from '../../../core/model';
import type { Looks, PlannedChange } from '../../../core/plan';
import type { RunContext } from '../../../core/ports';
import { policyOf } from '../../../core/restoreChoices';
import { InnerTar } from '../../../snapshots/swarm/innerTar';
import { definitionId, RESTORED_LABEL } from '../../../snapshots/swarm/layout';
import type { DockerEngine } from '../../docker/engine';
import type { NodeEngine } from '../connections';
import type { RunHelpers } from '../runHelpers';
import type { RestoreJournal } from './journal';
import type { Source, SourceContent, VolumeState } from './model';
import { nodeOf } from './planner';
import { namesBeside } from './names';
import type { LiveTarget } from './target';

/** Bytes of volumes that are read to compare them, when the person says nothing. */
const COMPARE_BYTES = 2 ** 30;
/** Milliseconds for which a comparison serves plans with other choices: what uses a volume goes on writing. */
const FRESH = 60_000;
/** A tar that is longer holds more than one folder. */
const EMPTY_BYTES = 64 << 10;

const volumeSchema = z.looseObject({
  CreatedAt: z.string().nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
});

/** What tells a volume from another one of the same name: what we gave it, or as much as the engine knows. */
export async function identityOf(
  engine: DockerEngine,
  volume: string,
  signal: AbortSignal,
): Promise<string> {
  const path = `/volumes/${encodeURIComponent(volume)}`;
  const { CreatedAt, Labels } = await engine.json(
    path,
    { purpose: 'describe a volume', signal },
    volumeSchema,
  );
  return Labels?.[RESTORED_LABEL] ?? CreatedAt ?? '';
}

/** An engine's own id; its host name where it has none. */
export function engineId({ info, node }: NodeEngine): string {
  return typeof info['ID'] === 'string' && info['ID'] !== '' ? info['ID'] : node;
}

/** What volumes hold by the target's id, and what was read to know it. */
export interface Compared {
  states: Map<string, VolumeState>;
  looks: Looks;
}

/**
 * Finds out what the volumes hold that are there already: from the journal, or by reading them, up to a limit, and
 * comparing their sums. Answer `compareVolumes`: `all` reads them whatever their size, `none` reads none.
 *
 * @param looks of a plan before: what is fresh there is not read again
 */
export async function volumeStates(
  changes: readonly PlannedChange[],
  {
    source,
    live,
    choices,
    journal,
    helpers,
    looks: before = {},
  }: {
    source: Source;
    live: LiveTarget;
    choices: RestoreChoices;
    journal: RestoreJournal;
    helpers: RunHelpers;
    looks?: Looks | undefined;
  },
  context: RunContext,
): Promise<Compared> {
  const states = new Map<string, VolumeState>();
  const looks: Record<string, Looks[string]> = {};
  const answer = choices.answers?.['compareVolumes'];
  let budget = answer === 'all' ? Infinity : answer === 'none' ? 0 : COMPARE_BYTES;
  for (const { id, name, chosen, target } of changes) {
    const content = source.contents.get(id);
    const definition = source.definitions.find((one) => one.id === id);
    if (!chosen || definition?.kind !== 'volume') continue;
    const node = nodeOf(definition.node ?? '', { source, target: live.target, choices });
    const engine = node === undefined ? undefined : live.engines.get(node.name);
    if (node === undefined || engine === undefined) continue;
    for (const wanted of namesToLookAt({ id, name, target }, choices)) {
      const there = definitionId('volume', wanted, node.name);
      if (states.has(there) || !live.target.definitions.some((one) => one.id === there)) continue;
      const recorded = await fromJournal(journal, engine, wanted, content, context.signal);
      const keeps = recorded === 'restored' && policyOf(choices, id) !== 'replace';
      if (recorded === 'begun' || keeps) {
        states.set(there, recorded);
        continue;
      }
      const expected = content?.bytes;
      if (content?.sha256 === undefined || expected === undefined) continue;
      const identity = await identityOf(engine.engine, wanted, context.signal);
      const key = [engineId(engine), wanted, identity, content.sha256].join(' ');
      const known = freshState(before[key], context);
      if (known === undefined && expected > budget) continue;
      if (known === undefined) budget -= expected;
      const at = context.clock.now().getTime();
      const found = known ?? (await compare(engine, wanted, content, helpers, context));
      states.set(there, found);
      // As old as the reading: many plans in a row do not keep it fresh.
      looks[key] = known === undefined ? { found, at } : (before[key] ?? { found, at });
    }
  }
  return { states, looks };
}

/** Names under which what is there decides: with a name of its own, nothing hangs on what has the old one. */
function namesToLookAt(
  { id, name, target }: { id: string; name: string; target: string | undefined },
  choices: RestoreChoices,
): Set<string> {
  const explicit = choices.rename?.[id];
  const names =
    explicit !== undefined
      ? [explicit]
      : policyOf(choices, id) === 'rename'
        ? [name, ...firstOf(namesBeside(name))]
        : [name];
  return new Set(target === undefined ? names : [...names, target]);
}

function firstOf(names: Iterable<string>): string[] {
  for (const name of names) return [name];
  return [];
}

const COMPARED = ['same', 'differs', 'empty'] as const;

/** What was found a short while ago. */
function freshState(look: Looks[string] | undefined, { clock }: RunContext) {
  if (look === undefined || Math.abs(clock.now().getTime() - look.at) > FRESH) return undefined;
  return COMPARED.find((state) => state === look.found);
}

async function fromJournal(
  journal: RestoreJournal,
  engine: NodeEngine,
  volume: string,
  content: SourceContent | undefined,
  signal: AbortSignal,
): Promise<'begun' | 'restored' | undefined> {
  const record = await journal.read(engineId(engine), volume);
  if (record === undefined) return undefined;
  if (record.identity !== (await identityOf(engine.engine, volume, signal))) return undefined;
  if (record.state === 'begun') return 'begun';
  return record.sha256 === content?.sha256 ? 'restored' : undefined;
}

async function compare(
  { engine, node }: NodeEngine,
  volume: string,
  content: SourceContent,
  helpers: RunHelpers,
  { signal, log, progress }: RunContext,
): Promise<VolumeState> {
  const phase = `Comparing the volume ${volume} on ${node}`;
  const total = content.bytes ?? 0;
  const passed = (done: number) => progress({ phase, done, total, unit: 'bytes' });
  try {
    passed(0);
    const own = await helpers.on(engine);
    const container = await own.create({ volume }, signal);
    try {
      return await stateOf(await own.read(container, signal), volume, content, passed);
    } finally {
      await own.remove(container);
    }
  } catch (error) {
    if (signal.aborted || isCancellation(error)) throw error;
    log.warn(`The volume ${volume} could not be compared: ${String(error)}`);
    return 'unknown';
  }
}

async function stateOf(
  body: Readable,
  volume: string,
  { bytes: expected = 0, sha256 }: SourceContent,
  passed: (bytes: number) => void,
): Promise<VolumeState> {
  const hash = createHash('sha256');
  const tar = new InnerTar(volume);
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // More than the backup has is something else, whatever follows.
    if (bytes > Math.max(expected, EMPTY_BYTES)) {
      body.destroy();
      return 'differs';
    }
    hash.update(chunk);
    tar.push(chunk);
    passed(bytes);
  }
  if (hash.digest('hex') === sha256) return 'same';
  const { files, links, special, directories } = tar.counts;
  return files + links + special === 0 && directories <= 1 ? 'empty' : 'differs';
}
