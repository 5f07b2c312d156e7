import * as z from 'zod';
import { RunJournal, journalFields, readRuns } from '../runJournal';
import type { LeftRun } from '../runJournal';

const entrySchema = z.object({
  /** Id of the container. */
  id: z.string(),
  name: z.string(),
});
/** A container of the product that ran before a run that may stop it. */
export type PartEntry = z.infer<typeof entrySchema>;

const journalSchema = z.object({
  ...journalFields,
  /** The product's command. */
  command: z.string(),
  /** Host name of the manager it runs on. */
  node: z.string(),
  containers: z.array(entrySchema),
});
export type LeftProductRun = LeftRun<z.infer<typeof journalSchema>>;

/** What a run of the product's container may leave on a manager: itself, and containers that it stopped. */
export class ProductJournal extends RunJournal<PartEntry> {
  private constructor(
    folder: string,
    private readonly command: string,
    private readonly node: string,
  ) {
    super(folder);
  }

  /** Begins a run's journal; it is on the disk when this resolves. */
  static begin(folder: string, command: string, node: string): Promise<ProductJournal> {
    return new ProductJournal(folder, command, node).begun();
  }

  protected override content(containers: readonly PartEntry[]): Record<string, unknown> {
    return { command: this.command, node: this.node, containers };
  }
}

/** The journals there are, oldest first. */
export function readProductRuns(folder: string): Promise<LeftProductRun[]> {
  return readRuns(folder, journalSchema);
}
