import { createHash } from 'node:crypto';
import { snapshotErrors } from '../snapshotErrors';
import { mismatch, missing, outOfOrder } from './archiveErrors';
import { fromJson } from './json';
import {
  DEFINITION_KINDS,
  MANIFEST_MEMBER,
  RAFT_FOLDER,
  swarmManifestSchema,
  volumeFolder,
} from './layout';
import type { Definition, SwarmManifest } from './layout';
import { placedDefinition } from './members';
import type { Member } from './members';

/** All of an archive that comes before its contents. */
export interface SwarmHead {
  manifest: SwarmManifest;
  definitions: Definition[];
  stacks: { name: string; yaml: string }[];
  /** Of the contents of these members, in their order: the same in every archive with the same head. */
  sha256: string;
}

/** Told of each definition as it comes, with the text as it stands in the archive. */
export type OnDefinition = (definition: Definition, text: Buffer) => void;

/** Reads the members before the contents: by schema, in their order, each in its place. */
export class HeadReader {
  manifest: SwarmManifest | undefined;
  /** Definitions by kind: how many, and their bytes. */
  readonly counts = new Map<string, { count: number; bytes: number }>();
  /** Hex; known once the head has ended. */
  sha256: string | undefined;
  private readonly hash = createHash('sha256');
  private stage = 0;

  constructor(
    private readonly onDefinition?: OnDefinition,
    private readonly onStack?: (name: string, yaml: string) => void,
  ) {}

  /** Says whether a member may come now. Throws `snapshot.badOrder`, `snapshot.missingMember`. */
  enter(member: Member, name: string): void {
    const stage = member.kind === 'manifest' ? 0 : member.kind === 'definition' ? 1 : 2;
    if (this.manifest === undefined && stage > 0) throw missing(MANIFEST_MEMBER);
    if (this.sha256 !== undefined || stage < this.stage) throw outOfOrder(name);
    this.stage = stage;
  }

  /** Takes a whole member. Throws `snapshot.badManifest`, `snapshot.badDefinition`. */
  take(member: Member, name: string, bytes: Buffer): void {
    this.hash.update(bytes);
    if (member.kind === 'manifest') this.manifest = parseManifest(bytes);
    else if (member.kind === 'definition') this.definition(member, name, bytes);
    else if (member.kind === 'stack') this.onStack?.(member.name, bytes.toString('utf8'));
  }

  /** No more of the head comes. Throws `snapshot.missingMember`, `snapshot.countMismatch`. */
  end(): void {
    if (this.sha256 !== undefined) return;
    if (this.manifest === undefined) throw missing(MANIFEST_MEMBER);
    this.sha256 = this.hash.digest('hex');
    for (const kind of DEFINITION_KINDS) {
      const stated = this.manifest.definitions[kind] ?? 0;
      const found = this.counts.get(kind)?.count ?? 0;
      if (stated !== found) {
        throw mismatch(
          `The manifest states ${stated} definitions of the kind ${kind}, the archive holds ${found}`,
        );
      }
    }
  }

  private definition(member: Member & { kind: 'definition' }, name: string, bytes: Buffer): void {
    let definition: Definition | undefined;
    try {
      definition = placedDefinition(member, fromJson(bytes.toString('utf8')));
    } catch (cause) {
      throw snapshotErrors.badDefinition({ message: `${name} is no JSON.`, cause });
    }
    if (definition === undefined) {
      throw snapshotErrors.badDefinition({
        message: `${name} does not describe the object its place says.`,
      });
    }
    const counted = this.counts.get(member.of) ?? { count: 0, bytes: 0 };
    counted.count++;
    counted.bytes += bytes.length;
    this.counts.set(member.of, counted);
    this.onDefinition?.(definition, bytes);
  }
}

function parseManifest(bytes: Buffer): SwarmManifest {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw snapshotErrors.badManifest({ message: 'manifest.json is no JSON.', cause });
  }
  const parsed = swarmManifestSchema.safeParse(value);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw snapshotErrors.badManifest({
      message: `manifest.json is not that of a swarm backup${where === '' ? '' : `: "${where}" is wrong`}.`,
      cause: parsed.error,
    });
  }
  const manifest = parsed.data;
  const folders = new Set<string>([RAFT_FOLDER]);
  for (const { id, node, name, folder } of manifest.volumes) {
    const isOwn = folder === volumeFolder(node, name) && id === `volume/${node}/${name}`;
    if (!isOwn || folders.has(folder)) {
      throw snapshotErrors.badManifest({
        message: `manifest.json states a volume in a place that is not its own: ${JSON.stringify(folder)}.`,
      });
    }
    folders.add(folder);
  }
  return manifest;
}
