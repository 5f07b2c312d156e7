import type { RetentionSchedule } from '../../core/retention/policy';
import { rowsOf } from '../shared/draftRows';
import type { Draft } from './draft';

/** A usual policy, to begin with. */
export interface Preset {
  id: string;
  title: string;
  /** What it does, in a sentence. */
  text: string;
  schedules: RetentionSchedule[];
}

export const PRESETS: readonly Preset[] = [
  {
    id: 'hourly',
    title: 'Hourly and daily',
    text: 'One every hour, kept for a day; one of each day, kept for a week.',
    schedules: [
      { interval: '1h', count: 24 },
      { interval: '1d', count: 7 },
    ],
  },
  {
    id: 'gfs',
    title: 'Grandfather-father-son',
    text: 'One every day; seven days, four weeks and twelve months are kept.',
    schedules: [
      { interval: '1d', count: 7 },
      { interval: '1w', count: 4 },
      { interval: '1M', count: 12 },
    ],
  },
  {
    id: 'daily',
    title: 'Daily for a month',
    text: 'One every day; the newest thirty are kept.',
    schedules: [{ interval: '1d', count: 30 }],
  },
];

/** How often backups are checked where nobody said. */
const CHECKED_EVERY = '30d';

/** The fields with a preset's schedules, and with checks where nothing says how often. */
export function withPreset(draft: Draft, { schedules }: Preset, isChecked: boolean): Draft {
  const every = draft.lines.every === '' && !isChecked ? CHECKED_EVERY : draft.lines.every;
  return { rows: rowsOf(schedules, 'vault'), lines: { ...draft.lines, every } };
}
