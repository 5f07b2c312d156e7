import * as z from 'zod';
import type { RetentionPlan, RetentionSettings } from '../core/retention/settings';
import type { ProblemShown } from './problemShown';

/** What goes on beside the settings. `asked`: the editor asks the person. */
export type RetentionBusy = 'reading' | 'planning' | 'asked' | 'sending';

/** The settings as the page shows them. No secret is in them. */
export interface ShownRetention {
  cluster: string;
  /** Whose settings they are: "Upsun / Platform.sh". */
  system: string;
  /** The last ones that were read; absent before the first. */
  settings?: RetentionSettings;
  /** ISO time at which they were read: the forecast begins there. */
  at?: string;
  /** A change that is looked at before it is sent. The number is another for each plan. */
  review?: { plan: RetentionPlan; number: number };
  busy?: RetentionBusy;
  /** What came of the last reading, planning or sending, where it failed. */
  problem?: ProblemShown;
  /** The settings were others than those that were shown: they have been read anew. */
  overtaken?: true;
  /** Id of the kind whose change was just sent. */
  sent?: string;
}

/** A change that a page asks for. Its values are judged where the platform's rules are known. */
const changeSchema = z.strictObject({
  kind: z.string().min(1).max(100),
  policy: z.strictObject({
    schedules: z.array(z.strictObject({ interval: z.string().max(20), count: z.int() })).max(100),
    manualCount: z.int().exactOptional(),
    maxBackups: z.int().exactOptional(),
  }),
});

/** From the page to the editor. */
export const retentionRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('refresh') }),
  z.strictObject({ type: z.literal('cancel') }),
  /** Plans a change and shows it. */
  z.strictObject({ type: z.literal('review'), change: changeSchema }),
  /** Shows the difference once more. */
  z.strictObject({ type: z.literal('diff') }),
  /** Sends the change that was reviewed. */
  z.strictObject({ type: z.literal('send'), number: z.int() }),
  /** Back to the fields. */
  z.strictObject({ type: z.literal('back') }),
]);

export type RetentionRequest = z.infer<typeof retentionRequestSchema>;

/** From the editor to the page. */
export interface RetentionReply {
  type: 'retention';
  shown: ShownRetention;
}
