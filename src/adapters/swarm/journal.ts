import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';

/** How often a run shows that it lives, and after how long without it counts as cut off. Milliseconds. */
const HEARTBEAT = 2_000;
const DEAD_AFTER = 15_000;

const entrySchema = z.object({
  /** Id of the service. */
  id: z.string(),
  name: z.string(),
  /** Replicas it had; null for a global service. */
  replicas: z.number().int().nonnegative().nullable(),
});
/** A service that is held at zero, and what it was. */
export type HeldEntry = z.infer<typeof entrySchema>;

/** What a run does. Only a backup holds services, so only for one others wait. */
const kindSchema = z.enum(['backup', 'restore', 'plan']);
export type RunKind = z.infer<typeof kindSchema>;

const journalSchema = z.object({
  version: z.literal(1),
  kind: kindSchema.default('backup'),
  run: z.string().regex(/^[0-9a-z]{26}$/),
  since: z.string(),
  pid: z.number().int(),
  services: z.array(entrySchema),
});
type Content = z.infer<typeof journalSchema>;

/** A journal that a run left behind. */
export interface LeftJournal {
  path: string;
  kind: RunKind;
  run: string;
  since: string;
  services: HeldEntry[];
  /** Its run goes on, as far as can be told. */
  alive: boolean;
}

/**
 * What a run is about to change in a cluster, written to disk before it does: a file a run. A run that is cut off leaves
 * its file, and the next one finishes it.
 */
export class Journal {
  readonly run = ulid().toLowerCase();
  readonly since = new Date().toISOString();
  readonly #path: string;
  #services: HeldEntry[] = [];
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly folder: string,
    private readonly kind: RunKind,
  ) {
    this.#path = join(folder, `${this.run}.json`);
  }

  /** Begins a run's journal; it is on the disk when this resolves. */
  static async begin(folder: string, kind: RunKind = 'backup'): Promise<Journal> {
    const journal = new Journal(folder, kind);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await journal.#write();
    journal.#timer = setInterval(() => {
      const now = new Date();
      utimes(journal.#path, now, now).catch(() => undefined);
    }, HEARTBEAT);
    journal.#timer.unref();
    return journal;
  }

  get services(): readonly HeldEntry[] {
    return this.#services;
  }

  /** To be called before a service is touched. */
  async add(entry: HeldEntry): Promise<void> {
    this.#services = [...this.#services.filter(({ id }) => id !== entry.id), entry];
    await this.#write();
  }

  /** To be called once a service is as it was. */
  async drop(id: string): Promise<void> {
    this.#services = this.#services.filter((entry) => entry.id !== id);
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
    const content: Content = {
      version: 1,
      kind: this.kind,
      run: this.run,
      since: this.since,
      pid: process.pid,
      services: this.#services,
    };
    // Synced before it is renamed.
    await writeFileAtomic(this.#path, `${JSON.stringify(content)}\n`, { mode: 0o600 });
    await syncFolder(this.folder);
  }
}

/** Folder of one cluster's journals: another address is another cluster, whatever its name. */
export function journalFolder(state: string, cluster: string, address: string): string {
  const mark = createHash('sha256').update(address).digest('hex').slice(0, 12);
  return join(state, 'swarm', `${cluster}-${mark}`);
}

/** The journals there are, oldest first. */
export async function readJournals(folder: string): Promise<LeftJournal[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const found: LeftJournal[] = [];
  for (const name of names.filter((one) => /^[0-9a-z]{26}\.json$/.test(one)).sort()) {
    const path = join(folder, name);
    try {
      const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
      const { kind, run, since, services, pid } = journalSchema.parse(JSON.parse(text));
      const fresh = Math.abs(Date.now() - mtimeMs) < DEAD_AFTER;
      found.push({ path, kind, run, since, services, alive: fresh && isRunning(pid) });
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
