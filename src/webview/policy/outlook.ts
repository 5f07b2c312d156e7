import type { EditedPolicy } from '../../core/config/policyText';
import { effectivePolicy } from '../../core/policy/effective';
import { forecastVault, storageAt } from '../../core/retention/forecastVault';
import type { SizeGuess, VaultForecastBackup } from '../../core/retention/forecastVault';
import { addInterval, parseInterval } from '../../core/retention/interval';
import type { ShownPolicy } from '../../protocol/policyMessages';
import { bytesText } from '../shared/format';
import { SPANS } from '../shared/forecast/timeline';
import type { Span, Stretch } from '../shared/forecast/timeline';
import type { Version } from '../shared/forecast/timelineView';
import { momentText } from '../shared/forecast/words';

/** More backups than that are not drawn: a shorter stretch is. */
const MOST_DRAWN = 20_000;

/** What comes of a policy in a stretch of time. */
export interface Outlook {
  backups: VaultForecastBackup[];
  size: SizeGuess;
}

/** What comes of a policy. @param policy undefined: there is none, and nothing goes or comes */
export function outlook(
  { backups = [], key }: Pick<ShownPolicy, 'backups' | 'key'>,
  policy: EditedPolicy | undefined,
  { from, until }: Stretch,
): Outlook {
  return forecastVault(policy ?? {}, backups, from, until, { key });
}

/** The stretches that can be drawn: the finest schedule says how many backups there are in one. */
export function spansFor(policies: readonly (EditedPolicy | undefined)[], from: Date): Span[] {
  const finest = Math.min(
    ...policies.flatMap((policy) =>
      (policy?.schedules ?? []).map(({ interval }) => {
        const parsed = parseInterval(interval, 'vault');
        return parsed === undefined ? Infinity : lengthOf(parsed, from);
      }),
    ),
  );
  const fine = SPANS.filter(({ length }) => lengthOf(length, from) / finest <= MOST_DRAWN);
  return fine.length > 0 ? fine : SPANS.slice(-1);
}

function lengthOf(interval: Parameters<typeof addInterval>[1], from: Date): number {
  return addInterval(from, interval).getTime() - from.getTime();
}

/** A policy as it is drawn. */
export function versionOf(
  title: string,
  shown: ShownPolicy,
  policy: EditedPolicy | undefined,
  stretch: Stretch,
): Version {
  const { backups, size } = outlook(shown, policy, stretch);
  return {
    title,
    policy: {
      schedules: policy?.schedules ?? [],
      ...(policy?.manualCount === undefined ? {} : { manualCount: policy.manualCount }),
    },
    backups,
    ...(size.of === 'none'
      ? {}
      : { told: (_there, at) => `They take ${bytesText(storageAt(backups, at))}.` }),
  };
}

/** What the backups take: now, and at its highest. */
export interface Storage {
  now: number;
  /** When it is highest; within the stretch. */
  highest: { bytes: number; at: Date };
  end: number;
  size: SizeGuess;
}

/** What the backups take over a stretch of time. */
export function storageOf({ backups, size }: Outlook, { from, until }: Stretch): Storage {
  const changes: [time: number, bytes: number][] = backups.flatMap(
    ({ made, existing, until: end, bytes }) => [
      [existing ? from.getTime() : made.getTime(), bytes] as [number, number],
      ...(end === undefined ? [] : [[end.getTime(), -bytes] as [number, number]]),
    ],
  );
  // What goes as another comes makes room first.
  changes.sort(([a, plus], [b, minus]) => a - b || plus - minus);
  let bytes = 0;
  let highest = { bytes: storageAt(backups, from), at: from };
  for (const [time, change] of changes) {
    bytes += change;
    if (time > from.getTime() && bytes > highest.bytes) highest = { bytes, at: new Date(time) };
  }
  return {
    now: storageAt(backups, from),
    highest,
    end: storageAt(backups, until),
    size,
  };
}

/** What the figures are guessed from. */
export function guessText({ of, count, bytes }: SizeGuess): string {
  if (of === 'none') return 'How much storage it will take can’t be told before the first backup.';
  const each = `${bytesText(bytes)} each`;
  const whose = of === 'scheduled' ? 'scheduled backup' : 'backup';
  const from = count === 1 ? `the last ${whose}` : `the last ${count} ${whose}s`;
  return `Coming ones are estimated from ${from}: ${each}.`;
}

/** `Now 1.2 GB; at its highest 4.1 GB, on 3 May 2027.` @param span `year` */
export function storageText({ now, highest, size }: Storage, span: string): string {
  if (size.of === 'none') return guessText(size);
  const most =
    highest.bytes <= now
      ? `not more within the ${span}`
      : `at its highest within the ${span} ${bytesText(highest.bytes)}, on ${momentText(highest.at)}`;
  return `Now ${bytesText(now)}; ${most}. ${guessText(size)}`;
}

/** What counts for the cluster as the file has it. */
export function policyNow(shown: ShownPolicy): EditedPolicy | undefined {
  return effectivePolicy(shown);
}
