import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { RunContext } from '../../core/ports';
import { labelOf } from './hostedBackup';
import type { WireBackup } from './wire';

/** Milliseconds after which nobody is reminded any more of one that is not listed. */
const REMEMBERED = 24 * 60 * 60 * 1000;

/** When each was listed last: milliseconds since 1970, by id. */
const seenSchema = z.record(z.string(), z.number());

/**
 * What this user was listed before. A backup lies on the master that made it, so one that vanishes may mean that
 * another master has answered.
 */
export class ListedBefore {
  readonly #file: string;

  /** @param state absolute folder of this user's state */
  constructor(state: string, cluster: string, origin: string) {
    const key = createHash('sha256')
      .update(JSON.stringify([cluster, origin]))
      .digest('hex');
    this.#file = join(state, 'dcos', `${key.slice(0, 16)}.json`);
  }

  /** Remembers a whole list, and says what is not in it any more. Never fails: it is a courtesy. */
  async warnings(list: readonly WireBackup[], { clock, log }: RunContext): Promise<string[]> {
    const now = clock.now().getTime();
    const before = await this.#read();
    const listed = new Set(list.map(({ id }) => id));
    const gone = Object.entries(before).filter(
      ([id, at]) => !listed.has(id) && now - at < REMEMBERED,
    );
    const seen = {
      ...Object.fromEntries(gone),
      ...Object.fromEntries([...listed].map((id) => [id, now])),
    };
    await this.#write(seen).catch((error: unknown) => {
      log.debug(`What was listed is not remembered: ${String(error)}`);
    });
    return gone.map(([id, at]) => {
      const when = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
      return `${labelOf(id)} (${id}) was listed at ${when} UTC and is not any more: it was deleted elsewhere, or another master answers behind a load balancer.`;
    });
  }

  /** It was deleted from here: nobody misses it. */
  async forget(id: string): Promise<void> {
    const { [id]: _, ...rest } = await this.#read();
    await this.#write(rest).catch(() => undefined);
  }

  async #read(): Promise<Record<string, number>> {
    try {
      return seenSchema.parse(JSON.parse(await readFile(this.#file, 'utf8')));
    } catch {
      return {};
    }
  }

  /** Whole or not at all: other windows read it. */
  async #write(seen: Record<string, number>): Promise<void> {
    const half = `${this.#file}.${randomUUID()}`;
    await mkdir(join(this.#file, '..'), { recursive: true });
    try {
      await writeFile(half, JSON.stringify(seen));
      await rename(half, this.#file);
    } finally {
      await rm(half, { force: true });
    }
  }
}
