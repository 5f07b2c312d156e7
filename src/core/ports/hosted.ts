import type { HostedBackup, HostedListing, HostedRef, RestoreChoices } from '../model';
import type { PlanLine } from '../plan';
import type { RetentionChange, RetentionPlan, RetentionSettings } from '../retention/settings';
import type { BackupRequest, BackupSource } from './backup';
import type { RunContext } from './run';

/** Backups that lie on the platform's own side. */
export interface HostedBackups {
  list(context: RunContext): Promise<HostedListing>;
  /**
   * Makes one and follows it to its end.
   * @throws with the platform's own reason where it failed
   */
  create(
    request: BackupRequest & { label?: string | undefined },
    context: RunContext,
  ): Promise<HostedBackup>;
  /** Its bytes; capability `hosted.fetch`. */
  fetch?(id: string, context: RunContext): Promise<BackupSource>;
  /** What a restore of it would do, asked of the platform and changing nothing; capability `hosted.restore`. */
  planRestore?(request: HostedRestoreRequest, context: RunContext): Promise<HostedRestoreLines>;
  /**
   * Restores it and follows that to its end. Asked for once, never repeated by itself.
   * @returns the backup as the platform tells it afterwards
   * @throws with the platform's own reason where it failed
   */
  restore?(request: HostedRestoreRequest, context: RunContext): Promise<HostedBackup>;
  /** What has to be known before it is deleted; capability `hosted.remove`. */
  planRemove?(ref: HostedRef, context: RunContext): Promise<HostedRemovePlan>;
  /** Deletes it and follows that to its end; capability `hosted.remove`. */
  remove?(ref: HostedRef, context: RunContext): Promise<void>;
}

/** What a restore on the platform's own side works with. */
export interface HostedRestoreRequest {
  ref: HostedRef;
  choices: Pick<RestoreChoices, 'accept' | 'answers'>;
  /** The person wants a backup of the present state first; the operation makes it. */
  safetyBackup: boolean;
}

/** The platform's own part of such a plan. */
export interface HostedRestoreLines {
  backup: HostedBackup;
  items: PlanLine[];
  /** How the safety backup is made (`HostedBackups.create`). */
  safety?: Pick<BackupRequest, 'mode' | 'on' | 'answers'> & { label?: string };
  /** Why no safety backup can be made; then none is. */
  noSafetyBackup?: string;
}

export interface HostedRemovePlan {
  backup: HostedBackup;
  items: PlanLine[];
}

/** How long a platform keeps backups, as it says itself. */
export interface HostedRetention {
  read(context: RunContext): Promise<RetentionSettings>;
  /** What a change would send, and what will be there then. @throws where it can't be asked for */
  plan(change: RetentionChange, context: RunContext): Promise<RetentionPlan>;
  /** Sends it. @throws `core.planChanged` where the settings are others than in the plan */
  write(plan: RetentionPlan, context: RunContext): Promise<RetentionSettings>;
}
