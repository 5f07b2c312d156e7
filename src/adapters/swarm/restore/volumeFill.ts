import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { coreErrors } from '../../../core/errors';
import type { PlannedChange } from '../../../core/plan';
import type { RunContext } from '../../../core/ports';
import type { ContentSink } from '../../../snapshots/swarm/contents';
import { objectAt } from '../../../snapshots/swarm/jsonValues';
import { RESTORED_LABEL } from '../../../snapshots/swarm/layout';
import type { ContentSummary, Definition } from '../../../snapshots/swarm/layout';
import { replayBody } from '../../../snapshots/swarm/portable';
import type { NameMap } from '../../../snapshots/swarm/portable';
import type { DockerEngine } from '../../docker/engine';
import { isStatus } from '../../docker/errors';
import type { NodeEngine } from '../connections';
import { MOUNT, remove, removeHelpersAt } from '../helperContainers';
import type { RunHelpers } from '../runHelpers';
import type { RestoreJournal } from './journal';
import { CODES } from './model';
import type { SourceContent } from './model';
import { Reroot } from './reroot';
import { NO_IDS } from './swarmSpec';
import { engineId, identityOf } from './volumeState';

export interface VolumeWork {
  change: PlannedChange;
  definition: Definition;
  names: NameMap;
  /** Where it goes. */
  on: NodeEngine;
  content: SourceContent | undefined;
  journal: RestoreJournal;
  helpers: RunHelpers;
  context: RunContext;
}

/** Milliseconds that an engine may take to make a volume. */
const CREATE_MS = 60_000;
/** Seconds that an engine may take to put away what it was given last, once the stream has ended. */
const SETTLE_SECONDS = 600;

const pathOf = (name: string): string => `/volumes/${encodeURIComponent(name)}`;

/**
 * Makes a volume that is to be filled, or makes way for it: what is there is removed where the plan says so, and where
 * an earlier run left half of it.
 *
 * @param made told as soon as it was made here: from then on it is ours to remove again
 */
export async function makeVolume(
  { change, definition, names, on, content, journal, context: { signal } }: VolumeWork,
  made: () => void = () => undefined,
): Promise<void> {
  const { engine } = on;
  const name = change.target ?? change.name;
  const record = await journal.read(engineId(on), name);
  const isThere = await exists(engine, name, signal);
  if (change.action === 'update' && change.code === CODES.volumeInUse) {
    if (!isThere) throw changed(change);
    return;
  }
  if (isThere) {
    const isOurs =
      record?.state === 'begun' && record.identity === (await identityOf(engine, name, signal));
    if (change.action === 'create' && !isOurs) throw changed(change);
    await removeHelpersAt(engine, name, signal);
    await remove(engine, pathOf(name));
  }
  await journal.forget(engineId(on), name);
  const { body } = replayBody(definition, names, NO_IDS, { name });
  const identity = randomUUID();
  const begun = { node: on.node, volume: name, identity, state: 'begun' } as const;
  signal.throwIfAborted();
  // Before it is made: after a crash in between, what is there is known to be ours.
  if (content?.sha256 !== undefined) {
    await journal.write(engineId(on), { ...begun, sha256: content.sha256 });
  }
  await engine.json('/volumes/create', {
    method: 'POST',
    body: { ...body, Labels: { ...objectAt(body, 'Labels'), [RESTORED_LABEL]: identity } },
    purpose: `create the volume ${name}`,
    // Not cut short: whether it was made would not be known.
    signal: AbortSignal.timeout(CREATE_MS),
  });
  // An engine answers alike when somebody else has made one of that name meanwhile.
  if ((await identityOf(engine, name, AbortSignal.timeout(CREATE_MS))) !== identity) {
    throw changed(change);
  }
  made();
}

async function exists(engine: DockerEngine, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    await engine.json(pathOf(name), { purpose: 'look for a volume', signal });
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}

function changed({ name, action }: PlannedChange): Error {
  const found = action === 'create' ? 'has come into being' : 'has gone';
  return coreErrors.planChanged({
    message: `The volume ${name} ${found} since the plan was made.`,
  });
}

/**
 * Takes the content of one volume. It never fails the walk through the archive: what goes wrong is told at its end, and
 * others go on.
 */
export class VolumeFill implements ContentSink {
  private readonly reroot: Reroot;
  private readonly body = new PassThrough({ highWaterMark: 1 << 20 });
  private readonly stop = new AbortController();
  private sending: Promise<unknown> = Promise.resolve();
  private failure: unknown;
  private isMade = false;

  /** @param told gets the outcome: undefined when all went well */
  constructor(
    private readonly work: VolumeWork,
    private readonly told: (failure: unknown) => void,
  ) {
    this.reroot = new Reroot(MOUNT, `The content of ${work.change.id}`);
    // Told by the one who sends it.
    this.body.on('error', () => undefined);
  }

  /** Makes the volume and begins to send. */
  async begin(): Promise<this> {
    try {
      await makeVolume(this.work, () => (this.isMade = true));
      this.sending = this.send();
      this.sending.catch((error: unknown) => {
        this.failure ??= error;
        this.body.destroy();
      });
    } catch (error) {
      this.failure = error;
    }
    return this;
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      for (const part of joined(this.reroot.push(chunk))) {
        if (this.body.destroyed) return;
        if (!this.body.write(part)) await this.drained();
      }
    } catch (error) {
      this.failure ??= error;
      this.body.destroy(asError(error));
    }
  }

  async end(summary: ContentSummary): Promise<void> {
    const { content, journal, on, change } = this.work;
    try {
      if (this.failure !== undefined) throw asError(this.failure);
      if (summary.sha256 !== content?.sha256) {
        throw coreErrors.planChanged({
          message: `The content of ${change.id} is not what it was when it was checked.`,
        });
      }
      this.body.end();
      await this.sending;
      const volume = change.target ?? change.name;
      const signal = AbortSignal.timeout(30_000);
      const identity = await identityOf(on.engine, volume, signal);
      const record = { node: on.node, volume, identity, sha256: summary.sha256 };
      await journal.write(engineId(on), { ...record, state: 'done' });
      this.told(undefined);
    } catch (error) {
      await this.cleanUp(asError(error));
    }
  }

  async abort(error: Error): Promise<void> {
    await this.cleanUp(error);
  }

  /** What was made for this and is not whole goes away again; the next run begins anew. */
  private async cleanUp(error: Error): Promise<void> {
    this.failure ??= error;
    this.stop.abort();
    this.body.destroy(error);
    await this.sending.catch(() => undefined);
    const { change, on, journal, context } = this.work;
    const name = change.target ?? change.name;
    try {
      if (this.isMade) {
        await remove(on.engine, pathOf(name));
        await journal.forget(engineId(on), name);
      }
    } catch (left) {
      // The journal knows that it is not whole: the next run removes it.
      context.log.warn(`The volume ${name} is not whole and could not be removed: ${String(left)}`);
    }
    this.told(this.failure);
  }

  private async send(): Promise<void> {
    const { on, change, helpers, context } = this.work;
    const volume = change.target ?? change.name;
    const signal = AbortSignal.any([context.signal, this.stop.signal]);
    const own = await helpers.on(on.engine);
    const container = await own.create({ volume, writable: true }, signal);
    try {
      await own.write(container, this.body, { timeout: SETTLE_SECONDS, signal });
    } finally {
      await own.remove(container);
    }
  }

  private async drained(): Promise<void> {
    const gone = new AbortController();
    try {
      await Promise.race([
        once(this.body, 'drain', { signal: gone.signal }),
        once(this.body, 'close', { signal: gone.signal }),
      ]);
    } finally {
      gone.abort();
    }
  }
}

/**
 * Small files come as thousands of headers. Waiting one by one in the body's buffer they would outlive the young
 * generation and fill the memory until the next full collection.
 */
function joined(parts: Buffer[]): Buffer[] {
  return parts.length > 1 ? [Buffer.concat(parts)] : parts;
}

/** What was done with a volume, for people. */
export function filledMessage({ code, action }: PlannedChange): string {
  if (code === CODES.volumeInUse)
    return 'Its content was put in; files that are not in the backup stayed.';
  return action === 'update' ? 'Made anew with its content.' : 'Created with its content.';
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
