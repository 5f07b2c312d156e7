import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';

const recordSchema = z.object({
  version: z.literal(2),
  /** For people who look into the file. */
  node: z.string(),
  volume: z.string(),
  /** Another volume of the same name has another. */
  identity: z.string(),
  /** `begun`: what is in it may be half of it. */
  state: z.enum(['begun', 'done']),
  /** Of the content that is put in, or was. */
  sha256: z.string(),
});
export type VolumeRecord = z.infer<typeof recordSchema>;

/**
 * What restores have done with volumes, a file each: labels of a volume can't be changed once it is there, and its
 * content does not tell whether it is whole. A record counts only for the very volume it was written for.
 */
export class RestoreJournal {
  private readonly folder: string;

  /** @param state folder of this user's state */
  constructor(state: string) {
    this.folder = join(state, 'swarm-restores');
  }

  /** @param engine id of the engine, as it tells it */
  async read(engine: string, volume: string): Promise<VolumeRecord | undefined> {
    try {
      return recordSchema.parse(JSON.parse(await readFile(this.file(engine, volume), 'utf8')));
    } catch {
      // None, or one that was not written by us: nothing is known.
      return undefined;
    }
  }

  async write(engine: string, record: Omit<VolumeRecord, 'version'>): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const text = `${JSON.stringify({ version: 2, ...record }, undefined, 2)}\n`;
    await writeFileAtomic(this.file(engine, record.volume), text, { mode: 0o600 });
  }

  async forget(engine: string, volume: string): Promise<void> {
    await rm(this.file(engine, volume), { force: true });
  }

  private file(engine: string, volume: string): string {
    const name = createHash('sha256').update(`${engine}\0${volume}`).digest('hex').slice(0, 32);
    return join(this.folder, `${name}.json`);
  }
}
