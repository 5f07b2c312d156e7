import type { Command } from 'commander';
import type { Operations } from '../../compose/operations';
import type { PolicyPlace } from '../../compose/policyOperations';
import type { ClusterConfig } from '../../core/config/parse';
import { isHeldUp, pruneStopped } from '../../core/operations/prune';
import type { PrunePlan, PruneResult } from '../../core/operations/prune';
import { isHostedMode } from '../../core/policy/hostedMode';
import type { VaultRetention } from '../../core/retention/decide';
import { policyProblems } from '../../core/retention/problems';
import type { Cli } from '../cli';
import { cliErrors } from '../cliErrors';
import { clustersWithPolicy } from '../clustersWithPolicy';
import { confirmByTyping, needConfirmation } from '../confirm';
import type { WithCli } from '../program';
import { prunedText, prunePlanText, pruneSummary } from '../pruneText';
import { resolved } from '../secrets';
import { policyWith, saysPolicy, withPolicyOptions } from './retention/policyOptions';
import type { PolicyOptions } from './retention/policyOptions';

interface Options extends PolicyOptions {
  all?: boolean;
  dryRun?: boolean;
  yes?: boolean;
}

interface Planned {
  place: PolicyPlace;
  vault: string;
  plan: PrunePlan;
  result?: PruneResult;
}

export function pruneCommand(program: Command, withCli: WithCli): void {
  const command = program
    .command('prune')
    .description('delete the backups that the policy lets go of, and say why each goes or stays')
    .argument('[cluster]', 'name of a cluster of the configuration')
    .option('--all', 'every cluster with a policy')
    .option('--dry-run', 'print what would go and what stays, and stop')
    .option('--yes', 'do not ask');
  withPolicyOptions(command, 'vault').action(
    withCli<Options>(async (cli, [name], options) => {
      const { dryRun, yes } = options;
      refuseTrial(options);
      if (!dryRun) needConfirmation(cli, yes, 'Deleting backups');
      const operations = await cli.operations();
      const clusters = await clustersWithPolicy(cli, name, {
        all: options.all === true,
        without: saysPolicy(options),
      });
      const planned: Planned[] = [];
      for (const cluster of clusters) {
        const one = await planOf(cli, operations, cluster, options);
        planned.push(one);
        tellPlan(cli, one.plan);
        if (dryRun || !one.plan.items.some(({ keep }) => !keep)) continue;
        const count = one.plan.items.filter(({ keep }) => !keep).length;
        const question = `${pruneSummary(one.plan)} Type ${count} to delete them for good: `;
        await confirmByTyping(cli, yes, question, String(count));
        const { place, plan } = one;
        one.result = await operations.prune({ ...place, policy: plan.policy, plan }, cli.context);
        cli.out.text(`${prunedText(plan.cluster, one.result)}\n`);
      }
      cli.out.document({
        prunes: planned.map(({ vault, plan, result }) => ({ vault, plan, ...result })),
      });
      refuseStopped(planned);
    }),
  );
}

/** @throws `cli.usage` where another policy than the configuration's is to be carried out */
function refuseTrial(options: Options): void {
  if (!saysPolicy(options) || options.dryRun) return;
  throw cliErrors.usage({
    message: 'Another policy than that of the configuration can only be tried out.',
    next: 'Add --dry-run, or write the policy into the configuration.',
  });
}

async function planOf(
  cli: Cli,
  operations: Operations,
  cluster: ClusterConfig,
  options: PolicyOptions,
): Promise<Planned> {
  const policy = retentionOf(cluster, options);
  const place = await placeOf(cli, cluster);
  const plan = await operations.planPrune({ ...place, policy }, cli.context);
  return { place, vault: cluster.vault, plan };
}

/** No secret is looked up for backups that lie in a vault. */
async function placeOf(cli: Cli, cluster: ClusterConfig): Promise<PolicyPlace> {
  const definition = (await cli.services.systems()).find(({ id }) => id === cluster.system);
  const mode = cluster.policy?.mode;
  if (definition === undefined || !isHostedMode({ definition }, mode)) {
    return { vault: cluster.vault, cluster: cluster.name };
  }
  return { cluster: await resolved(cli, cluster), mode };
}

/** @throws `cli.usage` for numbers that can't be meant */
function retentionOf({ policy = {} }: ClusterConfig, options: PolicyOptions): VaultRetention {
  const { schedules = [], manualCount, maxBackups, timeZone, smallerBy } = policy;
  const counts = {
    ...(manualCount === undefined ? {} : { manualCount }),
    ...(maxBackups === undefined ? {} : { maxBackups }),
  };
  const tried = policyWith({ schedules, ...counts }, options);
  const problem = policyProblems(tried, 'vault').find(({ severity }) => severity === 'blocker');
  if (problem !== undefined) {
    throw cliErrors.usage({ message: problem.text, next: 'Give other numbers.' });
  }
  return {
    ...tried,
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(smallerBy === undefined ? {} : { smallerBy }),
  };
}

function tellPlan({ out }: Cli, plan: PrunePlan): void {
  out.text(prunePlanText(plan));
  if (plan.items.length > 0) out.text(`\n${pruneSummary(plan)}\n`);
  if (plan.stopped === undefined) return;
  out.text(`${plan.stopped.text} ${plan.stopped.next}\n`);
}

/** @throws `core.pruneStopped` where a guard keeps what would go */
function refuseStopped(planned: readonly Planned[]): void {
  const held = planned.find(({ plan }) => isHeldUp(plan));
  if (held?.plan.stopped !== undefined) throw pruneStopped(held.plan.stopped);
}
