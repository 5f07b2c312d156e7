import * as z from 'zod';
import { maybe } from './wire';
import type { RetentionPolicy } from '../../core/retention/policy';
import type { RetentionChange } from '../../core/retention/settings';

// `data_retention` of a project's settings. Fields that we don't know are kept: they are sent back as they came.

const typeSchema = z.looseObject({
  max_backups: maybe(z.number()),
  default_config: maybe(
    z.looseObject({
      manual_count: maybe(z.number()),
      schedule: maybe(z.array(z.looseObject({ interval: z.string(), count: z.number() }))),
    }),
  ),
});

export const retentionSchema = z.looseObject({
  data_retention: maybe(z.record(z.string(), typeSchema)),
});
/** By kind of environment; undefined: never set. */
export type DataRetention = z.infer<typeof retentionSchema>['data_retention'];

/** Kinds of environments, in the order in which they are shown. */
const KINDS: readonly (readonly [string, string])[] = [
  ['production', 'Production'],
  ['staging', 'Staging'],
  ['development', 'Development'],
];

/** What holds where nothing was ever set: one automated live backup of production a day, two of them kept. */
const DEFAULTS: Readonly<Record<string, RetentionPolicy>> = {
  production: { schedules: [{ interval: '1d', count: 2 }] },
};

/** Those the platform has always, then whatever else is set. */
export function kindsOf(settings: DataRetention): { id: string; title: string }[] {
  const known = KINDS.map(([id, title]) => ({ id, title }));
  const others = Object.keys(settings ?? {}).filter((id) => !known.some((kind) => kind.id === id));
  return [...known, ...others.map((id) => ({ id, title: id }))];
}

/** The policy of one kind, and whether it is the platform's default. */
export function policyOf(
  settings: DataRetention,
  kind: string,
): { policy: RetentionPolicy; isDefault: boolean } {
  const set = settings?.[kind];
  if (set === undefined) {
    return { policy: DEFAULTS[kind] ?? { schedules: [] }, isDefault: true };
  }
  const { max_backups: maxBackups, default_config: config } = set;
  const schedules = (config?.schedule ?? []).map(({ interval, count }) => ({ interval, count }));
  const manualCount = config?.manual_count;
  return {
    policy: {
      schedules,
      ...(manualCount === undefined ? {} : { manualCount }),
      ...(maxBackups === undefined ? {} : { maxBackups }),
    },
    isDefault: false,
  };
}

/**
 * The settings with a change in them, whole: how deep the platform merges what it is sent is not described, so all
 * that was set before goes along.
 */
export function changed(
  settings: DataRetention,
  { kind, policy }: RetentionChange,
): NonNullable<DataRetention> {
  const { schedules, manualCount, maxBackups } = policy;
  const before = settings?.[kind];
  const config = before?.default_config;
  const max = maxBackups ?? before?.max_backups;
  const manual = manualCount ?? config?.manual_count;
  return {
    ...settings,
    [kind]: {
      ...before,
      ...(max === undefined ? {} : { max_backups: max }),
      default_config: {
        ...config,
        ...(manual === undefined ? {} : { manual_count: manual }),
        schedule: schedules.map(({ interval, count }) => ({ interval, count })),
      },
    } as NonNullable<DataRetention>[string],
  };
}

/** Settings as text to be compared: what is null is not set. */
export function retentionText(settings: DataRetention): string {
  return `${JSON.stringify({ data_retention: settings ?? null }, null, 2)}\n`;
}

/**
 * Where the platform holds something else than it was sent. What it adds by itself is no difference.
 *
 * @returns `production.max_backups is 5 instead of 10`, each
 */
export function differences(sent: unknown, held: unknown, at = 'data_retention'): string[] {
  if (Array.isArray(sent)) {
    const same = JSON.stringify(sorted(sent)) === JSON.stringify(sorted(held));
    return same ? [] : [told(at, sent, held)];
  }
  if (typeof sent !== 'object' || sent === null) return sent === held ? [] : [told(at, sent, held)];
  if (typeof held !== 'object' || held === null) return [told(at, sent, held)];
  return Object.entries(sent).flatMap(([name, value]) =>
    value === undefined
      ? []
      : differences(value, (held as Record<string, unknown>)[name], `${at}.${name}`),
  );
}

function told(at: string, sent: unknown, held: unknown): string {
  const text = (value: unknown) => (value === undefined ? 'not set' : JSON.stringify(value));
  return `${at} is ${text(held)} instead of ${text(sent)}`;
}

/** With the fields of objects in order, so that the same things are the same text. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, sorted(one)]),
  );
}
