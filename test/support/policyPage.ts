import type { NamedBackup, ShownPolicy } from '../../src/protocol/policyMessages';

/** When the policy of the tests was read. */
export const POLICY_READ_AT = '2026-05-03T10:00:00.000Z';

const HOUR = 3_600_000;

/** Backups every so often, newest first, all sound. */
export function backupsEvery(hours: number, count: number, bytes = 4_000_000): NamedBackup[] {
  const newest = Date.parse('2026-05-03T09:00:00Z');
  return Array.from({ length: count }, (_, at) => ({
    id: `b${at}`,
    created: newest - at * hours * HOUR,
    scheduled: true,
    pinned: false,
    check: 'ok',
    missing: false,
    bytes: bytes + (at % 7) * 10_000,
    alike: 'a',
  }));
}

/** What the editor tells the page. */
export function shownPolicy(changes: Partial<ShownPolicy> = {}): ShownPolicy {
  return {
    cluster: 'prod',
    system: 'Consul',
    file: '/home/me/shop/cluster-backup.jsonc',
    key: '/vault#prod',
    modes: [
      { id: 'default', title: 'Default' },
      { id: 'stale', title: 'Stale' },
    ],
    at: POLICY_READ_AT,
    own: {
      schedules: [
        { interval: '1h', count: 24 },
        { interval: '1d', count: 7 },
        { interval: '1M', count: 6 },
      ],
      manualCount: 3,
      verify: { every: '30d' },
    },
    inherited: { maxBackups: 60, timeZone: 'Europe/Berlin' },
    vault: { text: '/backups', saidBy: 'file' },
    encryption: { text: 'With a passphrase (OpenPGP)', saidBy: 'cluster' },
    hooks: {
      before: [{ text: 'sync', saidBy: 'cluster' }],
      after: [],
      notices: [{ text: 'https://hooks.example.com', saidBy: 'file' }],
    },
    backups: [
      ...backupsEvery(1, 24),
      {
        id: 'm1',
        created: Date.parse('2026-04-20T12:00:00Z'),
        scheduled: false,
        pinned: true,
        check: 'ok',
        missing: false,
        bytes: 3_900_000,
        alike: 'a',
        label: 'before-upgrade',
      },
      {
        id: 'm2',
        created: Date.parse('2026-04-28T12:00:00Z'),
        scheduled: false,
        pinned: false,
        check: 'ok',
        missing: false,
        bytes: 3_950_000,
        alike: 'a',
      },
    ],
    runs: { here: false },
    ...changes,
  };
}
