import type { PolicyConfig } from './policy';

/** What of a policy a page edits; hooks and notices are edited in the file itself. */
export const EDITED_FIELDS = [
  'schedules',
  'manualCount',
  'maxBackups',
  'timeZone',
  'at',
  'jitter',
  'mode',
  'retries',
  'smallerBy',
  'verify',
] as const satisfies readonly (keyof PolicyConfig)[];

export type EditedField = (typeof EDITED_FIELDS)[number];
