import type { RestorePlan } from '../core/plan';

/** What has come of a plan since it was shown. */
export interface PlanOutcome {
  /** `asked`: the editor asks for confirmation. */
  kind: 'asked' | 'running' | 'done' | 'failed' | 'cancelled';
  /** One or two sentences: how it went, what to do next. */
  message?: string;
}

/** A plan as the page shows it. */
export interface ShownPlan {
  plan: RestorePlan;
  /** Only told; there is nothing to start. */
  dryRun: boolean;
  /** Absent while the person has not decided. */
  outcome?: PlanOutcome;
}

/** From the page to the editor. */
export type PlanRequest = { type: 'ready' } | { type: 'restore' } | { type: 'close' };

/** From the editor to the page. */
export type PlanReply = { type: 'plan'; shown: ShownPlan };
