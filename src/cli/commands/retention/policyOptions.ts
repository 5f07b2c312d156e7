import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { ResolvedCluster } from '../../../compose/resolvedCluster';
import { coreErrors } from '../../../core/errors';
import { intervalProblem } from '../../../core/retention/interval';
import type { Whose } from '../../../core/retention/interval';
import type { RetentionPolicy, RetentionSchedule } from '../../../core/retention/policy';
import type { RetentionOfKind, RetentionSettings } from '../../../core/retention/settings';
import type { Cli } from '../../cli';
import { cliErrors } from '../../cliErrors';
import { clusterNamed } from '../../configuration';
import { resolved } from '../../secrets';

/** A policy, as far as it is to be another than the one that holds. */
export interface PolicyOptions {
  schedule?: RetentionSchedule[];
  withoutSchedules?: boolean;
  manualCount?: number;
  maxBackups?: number;
}

export const CLUSTER_HELP = 'name of a cluster of the configuration';

/** @param whose backups: those of a platform, or of a vault, whose intervals may be of seconds and minutes */
export function withPolicyOptions(command: Command, whose: Whose = 'platform'): Command {
  return command
    .option(
      '--schedule <interval=count>',
      'automated backups and how many of them are kept, e.g. 1d=7; repeatable; takes the place of all schedules',
      (text: string, before?: RetentionSchedule[]) => schedules(text, whose, before),
    )
    .option('--without-schedules', 'no automated backups')
    .option('--manual-count <n>', 'how many of those made by hand are kept', wholeNumber)
    .option('--max-backups <n>', 'how many there may be in all', wholeNumber);
}

/**
 * The cluster of that name, its secrets resolved.
 *
 * @throws `core.unsupported`, `core.unknownCluster`
 */
export async function retentionCluster(cli: Cli, name: string): Promise<ResolvedCluster> {
  const config = clusterNamed(await cli.configuration(), name);
  const system = (await cli.services.systems()).find(({ id }) => id === config.system);
  if (system?.capabilities.retention !== true) {
    throw coreErrors.unsupported({
      message: `${system?.title ?? config.system} has no settings of its own that say how long backups are kept.`,
    });
  }
  return resolved(cli, config);
}

/** One kind of what is kept; the first where none is named. @throws `cli.usage` */
export function kindNamed({ kinds }: RetentionSettings, name: string | undefined): RetentionOfKind {
  const found = name === undefined ? kinds[0] : kinds.find(({ id }) => id === name);
  if (found !== undefined) return found;
  throw cliErrors.usage({
    message: `There is no kind "${name ?? ''}".`,
    next: `Name one of ${kinds.map(({ id }) => id).join(', ')}.`,
  });
}

/** The policy that holds, with what the options say in the place of it. @throws `cli.usage` */
export function policyWith(policy: RetentionPolicy, options: PolicyOptions): RetentionPolicy {
  const { schedule, withoutSchedules, manualCount, maxBackups } = options;
  if (schedule !== undefined && withoutSchedules === true) {
    throw cliErrors.usage({ message: '--schedule and --without-schedules exclude each other.' });
  }
  return {
    ...policy,
    schedules: withoutSchedules === true ? [] : (schedule ?? policy.schedules),
    ...(manualCount === undefined ? {} : { manualCount }),
    ...(maxBackups === undefined ? {} : { maxBackups }),
  };
}

/** Whether the options say anything about the policy. */
export function saysPolicy(options: PolicyOptions): boolean {
  const { schedule, withoutSchedules, manualCount, maxBackups } = options;
  return [schedule, withoutSchedules, manualCount, maxBackups].some((one) => one !== undefined);
}

function schedules(
  text: string,
  whose: Whose,
  before: RetentionSchedule[] = [],
): RetentionSchedule[] {
  const [interval = '', count = '', ...more] = text.split('=');
  const problem = intervalProblem(interval, whose);
  if (problem !== undefined) throw new InvalidArgumentError(`Write INTERVAL=COUNT. ${problem}`);
  if (more.length > 0 || !/^[1-9]\d{0,5}$/.test(count)) {
    throw new InvalidArgumentError('Write INTERVAL=COUNT, e.g. 1d=7; the count is 1 or more.');
  }
  if (before.some((one) => one.interval === interval)) {
    throw new InvalidArgumentError(`${interval} is given twice.`);
  }
  return [...before, { interval, count: Number(count) }];
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}
