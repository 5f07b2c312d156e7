import type { PolicyConfig } from '../../../../src/core/config/policy';
import type { Year } from './life';

const checks = { every: '30d' };

const grandfathers: PolicyConfig = {
  schedules: [
    { interval: '6h', count: 8 },
    { interval: '1d', count: 14 },
    { interval: '1w', count: 8 },
    { interval: '1M', count: 6 },
  ],
  timeZone: 'Europe/Berlin',
  manualCount: 3,
  verify: checks,
};

const nightly: PolicyConfig = {
  schedules: [{ interval: '1d', count: 30 }],
  at: '02:30',
  jitter: '45m',
  timeZone: 'America/New_York',
  maxBackups: 25,
  verify: checks,
};

const years: PolicyConfig = {
  schedules: [
    { interval: '12h', count: 4 },
    { interval: '1d', count: 7 },
    { interval: '1M', count: 12 },
    { interval: '1y', count: 2 },
  ],
  verify: checks,
};

/** Three policies, each through a year of its own. */
export const lives: readonly (Year & { name: string })[] = [
  // With a 29 February.
  {
    name: 'four schedules',
    policy: grandfathers,
    start: '2027-06-01T00:00:00Z',
    days: 366,
    seed: 6,
  },
  { name: 'one a night', policy: nightly, start: '2026-01-01T00:00:00Z', days: 365, seed: 30 },
  { name: 'up to years', policy: years, start: '2025-09-15T00:00:00Z', days: 365, seed: 12 },
];
