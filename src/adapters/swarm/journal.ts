import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { RunJournal, journalFields, readRuns } from '../runJournal';
import type { LeftRun } from '../runJournal';

export { removeJournal } from '../runJournal';

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
  ...journalFields,
  kind: kindSchema.default('backup'),
  services: z.array(entrySchema),
});

/** A journal that a run left behind. */
export type LeftJournal = LeftRun<z.infer<typeof journalSchema>>;

/** The services that a run is about to hold at zero. */
export class Journal extends RunJournal<HeldEntry> {
  private constructor(
    folder: string,
    private readonly kind: RunKind,
  ) {
    super(folder);
  }

  /** Begins a run's journal; it is on the disk when this resolves. */
  static begin(folder: string, kind: RunKind = 'backup'): Promise<Journal> {
    return new Journal(folder, kind).begun();
  }

  get services(): readonly HeldEntry[] {
    return this.entries;
  }

  protected override content(services: readonly HeldEntry[]): Record<string, unknown> {
    return { kind: this.kind, services };
  }
}

/** Folder of one cluster's journals: another address is another cluster, whatever its name. */
export function journalFolder(state: string, cluster: string, address: string): string {
  const mark = createHash('sha256').update(address).digest('hex').slice(0, 12);
  return join(state, 'swarm', `${cluster}-${mark}`);
}

/** The journals there are, oldest first. */
export function readJournals(folder: string): Promise<LeftJournal[]> {
  return readRuns(folder, journalSchema);
}
