import * as z from 'zod';

/*
 * A `.swarm.tar` is a plain POSIX tar, its members in this order:
 *
 *   manifest.json                       what it is, what is in it and what is not
 *   definitions/swarm.json              the engine's own JSON, an object a file
 *   definitions/nodes/<node>.json       networks/, secrets/, configs/, services/ alike
 *   definitions/volumes/<node>/<volume>.json
 *   stacks/<stack>.compose.yaml         where the stack can be written so without loss
 *   volumes/<node>/<volume>/tar.000001  the volume's tar as the engine gave it, in pieces:
 *                                       a tar states sizes beforehand, and the engine does not know them
 *   raft/tar.000001                     the `swarm` folder of a manager's data root, alike
 *   summary.json                        what was counted while it was written, with the SHA-256 of each volume
 *   SHA256SUMS                          of every member before it but the pieces, as `sha256sum -c` reads it
 *
 * By hand: tar -xOf FILE --wildcards 'volumes/node1/data/tar.*' | tar -x -C /where/to
 */

/** File ending of a swarm backup. */
export const SWARM_ENDING = '.swarm.tar';
export const MANIFEST_MEMBER = 'manifest.json';
export const SUMMARY_MEMBER = 'summary.json';
export const SUMS_MEMBER = 'SHA256SUMS';
/** Bytes of a piece; the last one of a content is shorter. */
export const PIECE_BYTES = 1 << 20;
/** Definitions, stacks and the manifest together: they are held in memory. */
export const MAX_HEAD_BYTES = 256 << 20;

/** Kinds of definitions, in the order in which a restore creates them. */
export const DEFINITION_KINDS = [
  'swarm',
  'node',
  'network',
  'secret',
  'config',
  'volume',
  'service',
] as const;
export type DefinitionKind = (typeof DEFINITION_KINDS)[number];

/** The label that Docker gives to all that belongs to a stack. */
export const STACK_LABEL = 'com.docker.stack.namespace';

/**
 * Label of a volume that a restore of ours made: tells it from every other one of its name. An engine's own time of
 * creation does not: it changes with every file that comes or goes in the volume's folder. No part of a definition.
 */
export const RESTORED_LABEL = 'cluster-backup.restored';

/** One object as an engine describes it. */
export interface Definition {
  /** `swarm`, `service/web_api`, `volume/node1/data`: stable between clusters, used in plans and on the command line. */
  id: string;
  kind: DefinitionKind;
  name: string;
  /** The node's host name: of a volume, where it lies. */
  node?: string;
  stack?: string;
  /**
   * The engine's own JSON, whole; integers beyond 2^53 are bigints. A secret's has no payload, the swarm's no join
   * tokens.
   */
  value: Record<string, unknown>;
}

/** The id of a definition. */
export function definitionId(kind: DefinitionKind, name: string, node?: string): string {
  if (kind === 'swarm') return 'swarm';
  return node === undefined || kind !== 'volume' ? `${kind}/${name}` : `volume/${node}/${name}`;
}

const safe = (name: string): string =>
  encodeURIComponent(name).replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E'));

/** Where a definition stands in the archive. */
export function definitionMember(definition: Pick<Definition, 'kind' | 'name' | 'node'>): string {
  const { kind, name, node } = definition;
  if (kind === 'swarm') return 'definitions/swarm.json';
  const folder = node === undefined || kind !== 'volume' ? '' : `${safe(node)}/`;
  return `definitions/${kind}s/${folder}${safe(name)}.json`;
}

/** Folder of a volume's pieces in the archive. */
export function volumeFolder(node: string, name: string): string {
  return `volumes/${safe(node)}/${safe(name)}`;
}

export const RAFT_FOLDER = 'raft';

/** Member of the n-th piece (from 1) of a content. */
export function pieceMember(folder: string, piece: number): string {
  return `${folder}/tar.${String(piece).padStart(6, '0')}`;
}

export function stackMember(stack: string): string {
  return `stacks/${safe(stack)}.compose.yaml`;
}

const text = z.string().max(4096);
const isoTime = z.iso.datetime({ offset: true });
const count = z.number().int().nonnegative();

const left = z.object({
  kind: z.string(),
  name: text,
  node: text.optional(),
  /** `notReached`: no given engine has it. `notChosen`: left out by the request. `failed`: never in a whole backup. */
  reason: z.enum(['notReached', 'notChosen', 'notKept']),
  message: text,
});

/** `manifest.json` of the archive: known before the first byte of content. */
export const swarmManifestSchema = z.object({
  format: z.literal('cluster-backup/swarm'),
  version: z.literal(1),
  created: isoTime,
  /** Version of this project that wrote it. */
  by: text,
  /** Name in the configuration. */
  cluster: text,
  engine: z.object({
    name: text,
    version: text,
    apiVersion: text,
    os: text.optional(),
    architecture: text.optional(),
  }),
  /** Absent where the engine is in no swarm. */
  swarm: z
    .object({
      id: text,
      created: text.optional(),
      nodes: count,
      managers: count,
      autolock: z.boolean(),
    })
    .optional(),
  mode: z.enum(['live', 'consistent', 'cold']),
  parts: z.array(z.enum(['definitions', 'volumes', 'raft'])),
  only: z.array(z.object({ kind: text, name: text })).optional(),
  /** How many definitions of each kind follow. */
  definitions: z.partialRecord(z.enum(DEFINITION_KINDS), count),
  /** Volumes whose content follows, in that order. */
  volumes: z.array(
    z.object({
      /** `volume/<node>/<name>`. */
      id: text,
      node: text,
      name: text,
      driver: text,
      folder: text,
      stack: text.optional(),
      /** Services that mount it. */
      services: z.array(text),
      /** Services that were held at zero while it was read. */
      stopped: z.array(text).optional(),
    }),
  ),
  /** What belongs to the cluster and is not in here. */
  left: z.array(left),
  raft: z
    .object({
      folder: z.literal(RAFT_FOLDER),
      node: text,
      /** Of the manager: a restore needs the same address and the same engine version. */
      address: text.optional(),
      engineVersion: text.optional(),
      /** `hot`: read while the engine was running, which Docker does not promise to be readable. */
      taken: z.enum(['hot', 'cold']),
      /** When true, the unlock key is needed to read it; it is not in here. */
      autolock: z.boolean(),
    })
    .optional(),
  notes: z.array(text),
});
export type SwarmManifest = z.infer<typeof swarmManifestSchema>;

const contentSummarySchema = z.object({
  folder: text,
  /** Of the pieces joined: the tar as the engine gave it. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of that tar. */
  bytes: count,
  pieces: count,
  files: count,
  directories: count,
  /** Symbolic and hard links. */
  links: count,
  /** Devices, pipes, sockets. */
  special: count,
  /** Of the files' content. */
  fileBytes: count,
});
export type ContentSummary = z.infer<typeof contentSummarySchema>;

/** `summary.json` of the archive: what could only be known at the end. */
export const swarmSummarySchema = z.object({
  finished: isoTime,
  contents: z.array(contentSummarySchema),
});
export type SwarmSummary = z.infer<typeof swarmSummarySchema>;
