import type { Readable } from 'node:stream';
import type { BackupScope } from '../model';
import type { PlanLine } from '../plan';
import type { EncryptionRequest } from './encryption';
import type { SnapshotReport } from './snapshot';

export interface BackupRequest {
  mode: string;
  /** What of the cluster; its default parts, whole, when left out. */
  scope?: BackupScope | undefined;
  /** Which server takes it, where that can be chosen (`Capabilities.takenOn`); the adapter picks when left out. */
  on?: string | undefined;
  /** How the cluster's backups are encrypted, for a system that can do it itself. */
  encryption?: EncryptionRequest | undefined;
  /** Answers to what the backup's plan asks (`PlanLine.questions`). */
  answers?: Readonly<Record<string, string>> | undefined;
}

/** Bytes on their way from a cluster, and what the cluster said about them. */
export interface BackupSource {
  stream: Readable;
  /** Product version as the cluster reports it. */
  systemVersion?: string;
  /** Bytes to expect, where the system says. */
  size?: number;
  /**
   * Lasting remarks for the manifest, e.g. "answered by a follower 120 ms behind the leader". May grow until the
   * stream has ended.
   */
  notes: string[];
  /**
   * The stream is an OpenPGP message already, made with the passphrase asked for. It is stored as it comes, and opened
   * beside that to be checked.
   */
  sealed?: boolean;
  /** What is told while it arrives; left out: that it is being backed up. */
  phase?: string;
  /** Where it comes from, for the manifest: what a later restore has to compare. No secret. */
  origin?: Readonly<Record<string, string>>;
  /** The system's own rule of a sound backup, where the bytes alone can't tell. Throws an error of area `snapshot`. */
  judge?(report: SnapshotReport): void;
}

/** What is known of a backup before it starts. Plain data. */
export interface BackupPlan {
  /** What happens, what stops, what is not in it; a blocker stops it. */
  items: PlanLine[];
  /** Which server takes it. */
  on?: string;
  /** Those that could: chosen from in `BackupRequest.on`. */
  candidates?: { name: string; description: string }[];
}
