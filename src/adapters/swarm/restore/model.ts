import type { RestoreChoices } from '../../../core/model';
import type { PlannedChange } from '../../../core/plan';
import type { Definition, DefinitionKind, SwarmManifest } from '../../../snapshots/swarm/layout';
import type { NameMap } from '../../../snapshots/swarm/portable';

/** What a backup says of itself and of its objects. */
export interface Source {
  manifest: SwarmManifest;
  definitions: readonly Definition[];
  names: NameMap;
  /** Contents of volumes by the volume's id. */
  contents: ReadonlyMap<string, SourceContent>;
}

export interface SourceContent {
  folder: string;
  /** Hex, of the tar. */
  sha256: string | undefined;
  /** Of the tar. */
  bytes: number | undefined;
  /** Why its content is not put back, as the check of the archive found it. */
  refused?: string;
}

/** A node of the target. */
export interface TargetNode {
  /** Host name. */
  name: string;
  id: string | undefined;
  role: string;
  labels: Readonly<Record<string, string>>;
  /** Whether its engine is given, so that volumes can be put there. */
  reached: boolean;
}

/** What there is where it shall be restored. */
export interface Target {
  /** A manager was reached: services can be asked for. */
  swarm: boolean;
  swarmId: string | undefined;
  /** Of the main engine: `inactive` where it is in no swarm. */
  state: string;
  /** Host name and version of the main engine. */
  engine: { name: string; version: string };
  definitions: readonly Definition[];
  names: NameMap;
  nodes: readonly TargetNode[];
  /** Subnets in use, the swarm's ingress included. */
  subnets: readonly { network: string; subnet: string }[];
  /** Who uses a network, by its name; a volume, by its id. For people. */
  networkUsers: ReadonlyMap<string, readonly string[]>;
  volumeUsers: ReadonlyMap<string, readonly string[]>;
  /** Engines that were given and not reached, for people. */
  unreached: readonly string[];
}

/** What is found out by looking closer. */
export interface Facts {
  images: ReadonlyMap<string, 'found' | 'missing' | 'unknown'>;
  /**
   * Content of a volume of the target against the backup's, by the target's id. `begun`: an earlier restore made it and
   * did not finish; `restored`: an earlier restore of this content finished it.
   */
  contents: ReadonlyMap<string, VolumeState>;
}

export type VolumeState = 'same' | 'differs' | 'empty' | 'unknown' | 'begun' | 'restored';

export interface PlanInput {
  source: Source;
  target: Target;
  facts: Facts;
  choices: RestoreChoices;
  payloads: Readonly<Record<string, string>>;
}

/** What a decision adds to a change. */
export type Decision = Pick<PlannedChange, 'action'> &
  Partial<
    Pick<
      PlannedChange,
      | 'target'
      | 'reason'
      | 'code'
      | 'acceptable'
      | 'differences'
      | 'asks'
      | 'bytes'
      | 'destructive'
      | 'chosen'
    >
  >;

/** A plan in the making: objects are decided in the order in which they are made, so needs come first. */
export interface Planning extends PlanInput {
  /** The target's node for one of the backup's; undefined where there is none. */
  nodeFor(name: string): TargetNode | undefined;
  /** Labels of a node of the target once the chosen changes are made. */
  labelsOf(node: TargetNode): Readonly<Record<string, string>>;
  /** The name under which an object of the backup will be there; undefined where it will not be. */
  available(kind: DefinitionKind, name: string, node?: string): string | undefined;
  /** The object of that name on the target. */
  live(kind: DefinitionKind, name: string, node?: string): Definition | undefined;
  /** Whether a name on the target is there already, or given to another object of this restore. */
  taken(kind: DefinitionKind, name: string, node?: string): boolean;
}

/** Codes of hindrances, of a change that is `cannot` or `conflict`. */
export const CODES = {
  differs: 'differs',
  payloadMissing: 'payloadMissing',
  payloadUnusable: 'payloadUnusable',
  imageMissing: 'imageMissing',
  nodeLabelGone: 'nodeLabelGone',
  nodeMissing: 'nodeMissing',
  volumeInUse: 'volumeInUse',
  volumeMissing: 'volumeMissing',
  volumeSplit: 'volumeSplit',
  inUse: 'inUse',
  subnetTaken: 'subnetTaken',
  portTaken: 'portTaken',
  nameTaken: 'nameTaken',
  dependencyMissing: 'dependencyMissing',
  mountedElsewhere: 'mountedElsewhere',
  modeDiffers: 'modeDiffers',
  noContent: 'noContent',
  unsafeContent: 'unsafeContent',
} as const;

/** Whether the person goes on in spite of a hindrance. */
export function accepts(choices: RestoreChoices, code: string): boolean {
  return choices.accept?.includes(code) === true;
}

/** Answers that are a yes. */
export function answered(choices: RestoreChoices, answer: string): boolean {
  const value = choices.answers?.[answer];
  return value !== undefined && value !== '' && value !== 'false' && value !== 'no';
}
