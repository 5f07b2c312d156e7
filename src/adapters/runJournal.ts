import { mkdir, open, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';

/** How often a run shows that it lives, and after how long without it counts as cut off. Milliseconds. */
const HEARTBEAT = 2_000;
const DEAD_AFTER = 15_000;

/** What every journal says of its run. */
export const journalFields = {
  version: z.literal(1),
  run: z.string().regex(/^[0-9a-z]{26}$/),
  since: z.string(),
  pid: z.number().int(),
};

/** A journal that a run left behind. */
export type LeftRun<C> = C & {
  path: string;
  /** Its run goes on, as far as can be told. */
  alive: boolean;
};

/**
 * What a run is about to change in a cluster, written to disk before it does: a file a run. A run that is cut off leaves
 * its file, and the next one finishes it.
 */
export abstract class RunJournal<E extends { id: string }> {
  readonly run = ulid().toLowerCase();
  readonly since = new Date().toISOString();
  readonly #path: string;
  #entries: readonly E[] = [];
  #timer: NodeJS.Timeout | undefined;

  protected constructor(private readonly folder: string) {
    this.#path = join(folder, `${this.run}.json`);
  }

  /** What is written besides the common fields. */
  protected abstract content(entries: readonly E[]): Record<string, unknown>;

  /** It is on the disk when this resolves. */
  protected async begun(): Promise<this> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.#write();
    this.#timer = setInterval(() => {
      const now = new Date();
      utimes(this.#path, now, now).catch(() => undefined);
    }, HEARTBEAT);
    this.#timer.unref();
    return this;
  }

  get entries(): readonly E[] {
    return this.#entries;
  }

  /** To be called before what they name is touched. */
  async add(...entries: E[]): Promise<void> {
    const ids = new Set(entries.map(({ id }) => id));
    this.#entries = [...this.#entries.filter(({ id }) => !ids.has(id)), ...entries];
    await this.#write();
  }

  /** To be called once it is as it was. */
  async drop(id: string): Promise<void> {
    this.#entries = this.#entries.filter((entry) => entry.id !== id);
    await this.#write();
  }

  /** The run is over, and nothing is left to do. */
  async clear(): Promise<void> {
    clearInterval(this.#timer);
    await removeJournal(this.#path, this.folder);
  }

  /** The run is over, and the next one has to finish what stands here. */
  leave(): void {
    clearInterval(this.#timer);
    // At once: nobody has to wait until it looks dead.
    const past = new Date(0);
    utimes(this.#path, past, past).catch(() => undefined);
  }

  async #write(): Promise<void> {
    const { run, since } = this;
    const common: z.infer<z.ZodObject<typeof journalFields>> = {
      ...{ version: 1, run, since },
      pid: process.pid,
    };
    const content = { ...common, ...this.content(this.#entries) };
    // Synced before it is renamed.
    await writeFileAtomic(this.#path, `${JSON.stringify(content)}\n`, { mode: 0o600 });
    await syncFolder(this.folder);
  }
}

/** The journals there are, oldest first. */
export async function readRuns<C extends { pid: number }>(
  folder: string,
  schema: z.ZodType<C>,
): Promise<LeftRun<C>[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const found: LeftRun<C>[] = [];
  for (const name of names.filter((one) => /^[0-9a-z]{26}\.json$/.test(one)).sort()) {
    const path = join(folder, name);
    try {
      const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
      const content = schema.parse(JSON.parse(text));
      const fresh = Math.abs(Date.now() - mtimeMs) < DEAD_AFTER;
      found.push({ ...content, path, alive: fresh && isRunning(content.pid) });
    } catch (error) {
      // Its run has just ended.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return found;
}

/** Removes one whose work is done. */
export async function removeJournal(path: string, folder: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(folder);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Brings renames and deletions to the disk, where the system can. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Not on Windows.
  }
}
