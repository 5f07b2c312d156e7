import type { Backup } from '../core/model';
import { isHostedMode } from '../core/policy/hostedMode';
import { policyBackup } from '../core/policy/policyBackup';
import { decide } from '../core/retention/decide';
import { isCheckOverdue } from '../core/schedule/checks';
import type { FoundBackup } from './backups';
import type { Cli } from './cli';

/** What the policy of its cluster says of a backup. */
export interface PolicyFacts {
  keep: boolean;
  holds: readonly string[];
  why: string;
  checkOverdue: boolean;
}

/** By the backups' ids; nothing of clusters without a policy, and of those whose policy is about the platform's side. */
export async function policyFacts(
  cli: Cli,
  found: readonly FoundBackup[],
): Promise<Map<string, PolicyFacts>> {
  const facts = new Map<string, PolicyFacts>();
  const now = cli.services.clock.now();
  const systems = await cli.services.systems();
  const { clusters } = await cli.configuration();
  for (const { name, vault, system, policy } of clusters) {
    const definition = systems.find(({ id }) => id === system);
    if (policy === undefined || definition === undefined) continue;
    if (isHostedMode({ definition }, policy.mode)) continue;
    const isOfIt = (one: FoundBackup) =>
      one.vault === vault && one.backup.manifest.cluster === name;
    const backups = found.filter(isOfIt).map(({ backup }) => policyBackup(backup));
    decide(policy, backups, now).decisions.forEach(({ id, keep, holds, why }, at) => {
      const backup = backups[at];
      const checkOverdue =
        backup !== undefined &&
        policy.verify !== undefined &&
        isCheckOverdue(policy.verify, backup, now);
      facts.set(id, { keep, holds, why, checkOverdue });
    });
  }
  return facts;
}

/** The same of one backup, for which all others of its cluster are read. */
export async function policyFactsOf(
  cli: Cli,
  found: FoundBackup,
): Promise<PolicyFacts | undefined> {
  const { cluster, id } = found.backup.manifest;
  const vault = await cli.services.openVault(found.vault, cli.context.log);
  const all = (await vault.list(cluster)).map((backup) => ({ vault: found.vault, backup }));
  return (await policyFacts(cli, all)).get(id);
}

/** What holds a backup, in a word or two: `1d, 1w`, `pin`, `goes`. */
export function heldBy({ manifest }: Backup, facts: PolicyFacts | undefined): string {
  if (facts === undefined) return manifest.pin === true ? 'pin' : '-';
  return facts.keep ? facts.holds.join(', ') : 'goes';
}
