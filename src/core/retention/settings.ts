import type { PlanLine } from '../plan';
import type { ExistingBackup } from './forecast';
import type { RetentionPolicy } from './policy';

/** What a platform says about how long it keeps backups. Plain data. */
export interface RetentionSettings {
  /** One for each kind of environment, in the platform's own order. */
  kinds: RetentionOfKind[];
  /** Whether they may be changed; else why not. */
  editable: true | string;
}

export interface RetentionOfKind {
  /** `production`. */
  id: string;
  title: string;
  /** What holds now. */
  policy: RetentionPolicy;
  /** Nothing was ever set: the platform's default policy holds. */
  isDefault: boolean;
  /** Backups there are of this kind now, newest first, for the preview. Left out where they could not be read. */
  existing?: RetainedBackup[];
}

/** A backup there is. */
export interface RetainedBackup extends ExistingBackup {
  /** What it is a backup of, where a kind has several, e.g. an environment: the policy holds for each by itself. */
  group?: string;
}

/** A policy for one kind. A limit that is left out stays as the platform has it; schedules are all there will be. */
export interface RetentionChange {
  kind: string;
  policy: RetentionPolicy;
}

/** A change as it will be sent. */
export interface RetentionPlan {
  change: RetentionChange;
  /** The settings as the platform tells them, before and after, as text to be compared. */
  before: string;
  after: string;
  /** The very request: method and path on a line, then its body. No secret. */
  request: string;
  /** What has to be known: backups that will go. A blocker stops it. */
  items: PlanLine[];
  /** Of the settings as they were read. */
  fingerprint: string;
}
