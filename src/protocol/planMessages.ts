import type { RestoreChoices } from '../core/model';
import type { ChangeResult, HostedRestorePlan, RestorePlan } from '../core/plan';
import type { ShownError } from './fileMessages';

/** What has come of a plan since it was shown. */
export interface PlanOutcome {
  /** `asked`: the editor asks for confirmation. */
  kind: 'asked' | 'running' | 'done' | 'failed' | 'cancelled';
  /** One or two sentences: how it went, what to do next. */
  message?: string;
  /** What became of each change, where the restore is one object by object. */
  changes?: ChangeResult[];
}

/** From a file or a vault, or on the platform's own side. */
export type AnyPlan = RestorePlan | HostedRestorePlan;

/** Whether the backup lies on the platform's own side and is restored there. */
export function isHosted(plan: AnyPlan): plan is HostedRestorePlan {
  return 'backup' in plan;
}

/** What is planned anew when it changes. */
export interface PlanWish {
  choices: RestoreChoices;
  /** A backup of the present state is wanted first; chosen on the page where the platform makes it. */
  safetyBackup: boolean;
}

/** A plan as the page shows it. */
export interface ShownPlan extends PlanWish {
  plan: AnyPlan;
  /** Title of the cluster's system. */
  system: string;
  /** What a restore on the platform's side replaces and what it does not touch. */
  covers?: string;
  /** Only told; there is nothing to start. */
  dryRun: boolean;
  /** Another series is another plan from the start: what the page kept of the former is void. */
  series: number;
  /** Goes up with each choice; the page and the editor both count on. */
  edit: number;
  /** `busy`: these choices are being planned, and `plan` is still of former ones. `failed`: they could not be. */
  state: 'planned' | 'busy' | 'failed';
  error?: ShownError;
  /** Absent while the person has not decided. */
  outcome?: PlanOutcome;
}

/** From the page to the editor. */
export type PlanRequest =
  | { type: 'ready' }
  /** `edit`: what the page shows. The editor refuses when it is not what it has planned. */
  | { type: 'restore'; edit: number }
  /** `safetyBackup`: as before when left out. */
  | { type: 'choose'; edit: number; choices: RestoreChoices; safetyBackup?: boolean }
  /** The editor asks for what the backup can't hold. It never comes to the page. */
  | { type: 'give'; id: string; from: 'file' | 'text' }
  | { type: 'forget'; id: string }
  | { type: 'replan' }
  | { type: 'close' };

/** From the editor to the page. */
export type PlanReply = { type: 'plan'; shown: ShownPlan };
