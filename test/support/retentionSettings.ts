import type { RetentionPlan, RetentionSettings } from '../../src/core/retention/settings';
import type { ShownRetention } from '../../src/protocol/retentionMessages';

/** When the settings of the tests were read. */
export const READ_AT = '2026-05-03T10:00:00.000Z';

/** Three kinds: one set, one default, one that makes none. */
export function retentionSettings(changes: Partial<RetentionSettings> = {}): RetentionSettings {
  return {
    editable: true,
    kinds: [
      {
        id: 'production',
        title: 'Production',
        policy: {
          schedules: [
            { interval: '1d', count: 7 },
            { interval: '1w', count: 4 },
            { interval: '1M', count: 6 },
          ],
          manualCount: 2,
          maxBackups: 40,
        },
        isDefault: false,
        existing: [
          { id: 'a1', created: '2026-05-03T03:00:00Z', automated: true },
          { id: 'm2', created: '2026-05-02T12:00:00Z', automated: false },
          { id: 'a2', created: '2026-05-02T03:00:00Z', automated: true },
          { id: 'a3', created: '2026-05-01T03:00:00Z', automated: true },
          { id: 'm1', created: '2026-03-20T12:00:00Z', automated: false },
        ],
      },
      {
        id: 'staging',
        title: 'Staging',
        policy: { schedules: [{ interval: '1d', count: 2 }], manualCount: 1, maxBackups: 10 },
        isDefault: true,
        existing: [],
      },
      {
        id: 'development',
        title: 'Development',
        policy: { schedules: [], manualCount: 1, maxBackups: 5 },
        isDefault: false,
      },
    ],
    ...changes,
  };
}

/** A change of the first kind, planned. */
export function retentionPlan(changes: Partial<RetentionPlan> = {}): RetentionPlan {
  const body = { data_retention: { production: { max_backups: 40 } } };
  return {
    change: { kind: 'production', policy: { schedules: [{ interval: '1d', count: 3 }] } },
    before: '{\n  "count": 7\n}\n',
    after: '{\n  "count": 3\n}\n',
    request: `PATCH /projects/abc/settings\n${JSON.stringify(body, null, 2)}`,
    items: [],
    fingerprint: 'f1',
    ...changes,
  };
}

/** What the editor tells the page. */
export function shownRetention(changes: Partial<ShownRetention> = {}): ShownRetention {
  return {
    cluster: 'shop',
    system: 'Upsun / Platform.sh',
    settings: retentionSettings(),
    at: READ_AT,
    ...changes,
  };
}
