import type { ClusterState } from './clusterState';
import { worstFirst } from './clusterState';
import { ageText, escapeMarkdown, momentText } from './text';

/** A cluster, as the status bar tells of it. */
export interface ToldCluster {
  name: string;
  state: ClusterState;
}

/** What the item in the status bar shows. */
export interface StatusWords {
  severity: ClusterState['severity'];
  icon: string;
  text: string;
  /** Markdown. */
  tooltip: string;
  /** For screen readers: all that the tooltip says, as sentences. */
  spoken: string;
}

const ICONS: Record<ClusterState['severity'], string> = {
  good: 'pass',
  none: 'archive',
  warning: 'warning',
  bad: 'error',
};

/** A row shows no more than this many clusters; the view shows all. */
const ROWS = 12;

/**
 * @param problems places in configuration files that can't be used
 * @returns undefined where there is nothing to tell of
 */
export function statusWords(
  clusters: readonly ToldCluster[],
  problems: number,
  now: Date,
): StatusWords | undefined {
  const sorted = worstFirst(clusters);
  const [worst] = sorted;
  if (worst === undefined && problems === 0) return undefined;
  const wrong = sorted.filter(({ state }) => state.lines.length > 0);
  const worstOf = worst?.state.severity ?? 'none';
  const severity = problems > 0 && worstOf !== 'bad' ? 'warning' : worstOf;
  const text = headline(wrong, problems, severity);
  const told = sorted.slice(0, ROWS);
  const more = sorted.length - told.length;
  return {
    severity,
    icon: ICONS[severity],
    text,
    tooltip: [
      `**${escapeMarkdown(text)}**`,
      ...(problems === 0 ? [] : [`$(warning) ${escapeMarkdown(problemText(problems))}`]),
      ...(told.length === 0 ? [] : [table(told, now)]),
      ...(more > 0 ? [`and ${more} more`] : []),
    ].join('\n\n'),
    spoken: [
      text,
      ...(problems === 0 ? [] : [problemText(problems)]),
      ...told.map((c) => `${c.name}: ${[wordsOf(c.state), ...timesOf(c.state, now)].join(', ')}`),
    ].join('. '),
  };
}

/** What is said of a cluster in a few words. */
export function wordsOf({ severity, lines }: ClusterState): string {
  const words = [...new Set(lines.map((line) => line.words))];
  if (words.length > 0) return words.join(', ');
  return severity === 'good' ? 'all good' : 'no policy';
}

/** When the next scheduled backup is planned, in words. */
export function nextText(next: number, now: Date): string {
  return next <= now.getTime() ? 'due now' : momentText(new Date(next).toISOString(), now);
}

function headline(
  wrong: readonly ToldCluster[],
  problems: number,
  severity: ClusterState['severity'],
): string {
  const [only] = wrong;
  if (wrong.length > 1) return `${wrong.length} clusters need a look`;
  if (only !== undefined) return `${only.name}: ${only.state.lines[0]?.words ?? ''}`;
  if (problems > 0) return 'Backups: configuration needs a look';
  return severity === 'good' ? 'Backups: all good' : 'Backups: no policy';
}

function problemText(problems: number): string {
  return problems === 1
    ? '1 place in the configuration can’t be used'
    : `${problems} places in the configuration can’t be used`;
}

function timesOf({ newest, next }: ClusterState, now: Date): string[] {
  return [
    ...(newest === undefined ? [] : [`newest good backup ${ageText(new Date(newest), now)}`]),
    ...(next === undefined ? [] : [`next ${nextText(next, now)}`]),
  ];
}

function table(clusters: readonly ToldCluster[], now: Date): string {
  const rows = clusters.map(({ name, state }) => {
    const { severity, newest, next } = state;
    const cells = [
      `$(${ICONS[severity]}) ${escapeMarkdown(name)}`,
      escapeMarkdown(wordsOf(state)),
      newest === undefined ? '' : escapeMarkdown(ageText(new Date(newest), now)),
      next === undefined ? '' : escapeMarkdown(nextText(next, now)),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| Cluster | State | Newest | Next |', '|:--|:--|:--|:--|', ...rows].join('\n');
}
