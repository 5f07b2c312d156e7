import * as z from 'zod';
import { intervalProblem } from '../retention/interval';
import { isTimeZone } from '../retention/zone';
import { secretReferenceSchema } from './secretReference';

/** `30s`, `5m`, `2h`, `1d`, `1w`, `1M`, `1y`. */
const interval = z.string().superRefine((text, context) => {
  const problem = intervalProblem(text, 'vault');
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const hookSchema = z
  .union([
    z.strictObject({
      command: z
        .array(z.string().min(1))
        .min(1)
        .describe('A program and its arguments; no shell reads them.'),
      timeout: interval.optional().describe('How long it may take. Default: 1m.'),
    }),
    z.strictObject({
      webhook: z
        .union([z.url({ protocol: /^https?$/ }), secretReferenceSchema])
        .describe(
          'Address that gets a POST with JSON; a secret reference where the address is one.',
        ),
      timeout: interval.optional().describe('How long the answer may take. Default: 1m.'),
    }),
  ])
  .describe('A command to run, or an address to be told.');

/** When backups of a cluster are made, how long they are kept, how often they are checked, and who is told. */
export const policySchema = z
  .strictObject({
    schedules: z
      .array(
        z.strictObject({
          interval: interval.describe('A number and a unit: 30m, 2h, 1d, 1w, 1M or 1y.'),
          count: z.number().int().min(1).describe('How many intervals with a backup are kept.'),
        }),
      )
      .optional()
      .describe(
        'Rhythms in which backups are kept: the newest of each interval. The agent makes them in the finest.',
      ),
    manualCount: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('Backups made by hand that are kept. Default: all.'),
    maxBackups: z.number().int().min(1).optional().describe('Backups in all. Default: no limit.'),
    timeZone: z
      .string()
      .refine(isTimeZone, 'This is no time zone: write it like Europe/Berlin')
      .optional()
      .describe('Whose days, weeks, months and years are meant. Default: UTC.'),
    at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write the time like 02:30')
      .optional()
      .describe('Time of day at which schedules of days and more run. Default: 00:00.'),
    jitter: interval
      .optional()
      .describe(
        'Each run begins up to this much later, so that not all begin at once. Default: none.',
      ),
    mode: z
      .string()
      .min(1)
      .optional()
      .describe('Mode of the backups. Default: the system’s first.'),
    retries: z
      .number()
      .int()
      .min(0)
      .max(20)
      .optional()
      .describe('How often a run that failed is tried again, ever later. Default: 5.'),
    smallerBy: z
      .number()
      .min(1)
      .max(100)
      .optional()
      .describe(
        'Nothing is pruned while the newest backup is smaller than the one before by more than this, in percent. Default: 50.',
      ),
    verify: z
      .strictObject({
        every: interval.describe('Each backup is read back and checked at least this often.'),
        rate: z
          .number()
          .positive()
          .optional()
          .describe('The most that is read, in megabytes a second. Default: 50.'),
      })
      .optional()
      .describe('Checks of what lies in the vault.'),
    before: z
      .array(hookSchema)
      .optional()
      .describe('What is done before a scheduled backup. Where one fails, none is made.'),
    after: z.array(hookSchema).optional().describe('What is done after one, also a failed one.'),
    notices: z
      .array(hookSchema)
      .optional()
      .describe(
        'Who is told of a failure, a missed backup, a damaged one, and when all is well again.',
      ),
  })
  .describe(
    'When backups are made, how long they are kept, how often they are checked, who is told.',
  );

export type PolicyConfig = z.infer<typeof policySchema>;
export type Hook = z.infer<typeof hookSchema>;
