import type { Recovery } from '../core/recovery';
import type { ProblemShown } from './problemShown';

/** What goes on beside the walk. */
export interface RecoveryBusy {
  /** `reading`: the engines are asked. `asked`: the editor asks the person. `running`: a step is taken. */
  kind: 'reading' | 'asked' | 'running';
  /** Title of the step, where it is about one. */
  step?: string;
}

/** The walk as the page shows it. No secret is in it. */
export interface ShownRecovery {
  cluster: string;
  /** The last one that was read; absent before the first. */
  walk?: Recovery;
  /** ISO time at which it was read. */
  at?: string;
  busy?: RecoveryBusy;
  /** What came of the last reading or step, where it failed. */
  problem?: ProblemShown;
  /** Title of the step that was just taken. */
  taken?: string;
}

/** From the page to the editor. */
export type RecoveryRequest =
  | { type: 'ready' }
  | { type: 'refresh' }
  | { type: 'cancel' }
  /** Answers to questions that are no secret: those the editor asks itself. */
  | { type: 'take'; step: string; answers: Record<string, string> }
  /** Another operation of ours that the step names. */
  | { type: 'handover'; step: string }
  /** One of a step's commands, or all of them. */
  | { type: 'copy'; step: string; command?: number };

/** From the editor to the page. */
export type RecoveryReply = { type: 'recovery'; shown: ShownRecovery };
