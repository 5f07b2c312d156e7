import fc from 'fast-check';
import type { PolicyBackup } from '../../../../src/core/policy/policyBackup';
import type { VaultRetention } from '../../../../src/core/retention/decide';

export const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/Asuncion',
];

/** Days at which calendars are not as usual: both changes of the clock, 29 February, a new year, a day left out. */
const ODD_DAYS = [
  '2011-12-30',
  '2024-02-29',
  '2026-03-08',
  '2026-03-29',
  '2026-10-25',
  '2026-11-01',
  '2027-01-01',
].map((day) => Date.parse(day));

/** A moment near the others or far away, mostly at a day that is not as usual. */
export const moments = fc.oneof(
  fc
    .tuple(fc.constantFrom(...ODD_DAYS), fc.integer({ min: -60 * 48, max: 60 * 72 }))
    .map(([day, minutes]) => day + minutes * 60_000),
  fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2028-01-01') }),
);

const schedule = fc.record({
  interval: fc
    .tuple(fc.constantFrom(1, 1, 1, 2, 3, 7), fc.constantFrom('s', 'm', 'h', 'd', 'w', 'M', 'y'))
    .map(([number, unit]) => `${number}${unit}`),
  count: fc.integer({ min: 1, max: 6 }),
});

export const policies: fc.Arbitrary<VaultRetention> = fc.record(
  {
    schedules: fc.uniqueArray(schedule, { maxLength: 4, selector: ({ interval }) => interval }),
    manualCount: fc.integer({ min: 0, max: 4 }),
    maxBackups: fc.integer({ min: 1, max: 10 }),
    timeZone: fc.constantFrom(...ZONES),
    smallerBy: fc.constantFrom(1, 20, 50, 99, 100),
  },
  { requiredKeys: [] },
);

type Rest = Omit<PolicyBackup, 'id'>;

const oneBackup: fc.Arbitrary<Rest> = fc.record({
  created: moments,
  scheduled: fc.boolean(),
  pinned: fc.constantFrom(false, false, false, false, true),
  check: fc.constantFrom('ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'none', 'damaged'),
  missing: fc.constantFrom(false, false, false, false, false, true),
  bytes: fc.constantFrom(0, 1, 99, 100, 101, 200),
  alike: fc.constantFrom('a', 'a', 'b'),
});

/** Backups in no order, some of them of the same moment. */
export const backups: fc.Arbitrary<PolicyBackup[]> = fc
  .array(oneBackup, { maxLength: 24 })
  .map((all) =>
    all.map((one, at) => ({ id: `b${String((at * 7) % 31).padStart(2, '0')}`, ...one })),
  );

/** The same, all sound and of one size, so that no guard stops anything. */
export const soundBackups: fc.Arbitrary<PolicyBackup[]> = backups.map((all) =>
  all.map((one) => ({ ...one, check: 'ok' as const, missing: false, bytes: 100 })),
);
