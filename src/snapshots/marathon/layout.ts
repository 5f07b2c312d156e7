import * as z from 'zod';

/** Ending of an export of Marathon's groups: JSON text. */
export const MARATHON_ENDING = '.marathon.json';

/** What the text begins with, as the value of its first member `format`. */
export const MARATHON_FORMAT = 'cluster-backup/marathon';

export const MARATHON_VERSION = 1;

/** Kinds of objects, as ids have them: `marathonApp//shop/web`. */
export const MARATHON_KINDS = {
  group: 'marathonGroup',
  app: 'marathonApp',
  pod: 'marathonPod',
} as const;

export type MarathonKind = (typeof MARATHON_KINDS)[keyof typeof MARATHON_KINDS];

/** An app or a pod: its fields are Marathon's, as they come. */
export interface MarathonObject {
  id: string;
  [field: string]: unknown;
}

export interface MarathonTree extends MarathonObject {
  apps?: MarathonObject[] | undefined;
  pods?: MarathonObject[] | undefined;
  groups?: MarathonTree[] | undefined;
}

/** Ids are absolute paths. Nobody's is as long as this. */
const id = z.string().regex(/^\//).max(4096);
const objects = z.array(z.looseObject({ id })).optional();

/** A group with all that is below it. Depth is limited by whoever parses: this goes down by itself. */
export const treeSchema: z.ZodType<MarathonTree> = z.looseObject({
  id,
  apps: objects,
  pods: objects,
  get groups() {
    return z.array(treeSchema).optional();
  },
});

const line = z.string().max(4096);

/** The whole text of an export. */
export const marathonExportSchema = z.strictObject({
  format: z.literal(MARATHON_FORMAT),
  version: z.literal(MARATHON_VERSION),
  takenAt: z.iso.datetime(),
  /** Where from: scheme, host and port. */
  address: line.optional(),
  dcosVersion: line.optional(),
  marathonVersion: line.optional(),
  /** SHA-256, hex, of the groups as `treeText` writes them: an edit or a damaged byte shows. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  groups: treeSchema,
});

export type MarathonExport = z.infer<typeof marathonExportSchema>;
