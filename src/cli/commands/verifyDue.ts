import {
  coreErrors,
  fromErrorInfo,
  isClusterBackupError,
  throwIfCancelled,
} from '../../core/errors';
import type { ErrorInfo } from '../../core/errors';
import type { ClusterConfig } from '../../core/config/parse';
import { policyBackup } from '../../core/policy/policyBackup';
import { nextCheck } from '../../core/schedule/checks';
import type { CheckRhythm } from '../../core/schedule/checks';
import type { Verification } from '../../core/model';
import type { Cli } from '../cli';
import { cliErrors } from '../cliErrors';
import { clustersWithPolicy } from '../clustersWithPolicy';
import { resolvedDecryption } from '../secrets';
import { countText } from '../words';

interface Checked {
  cluster: string;
  id: string;
  file: string;
  verification: Verification;
}

/** Megabytes a second, where the policy says nothing. */
const RATE = 50;

/**
 * Checks now what the agent would: all backups whose check is due by the policy, the oldest check first.
 *
 * @throws the first damage that was found, after all have been read
 */
export async function verifyDue(cli: Cli, name: string | undefined, all: boolean): Promise<void> {
  const clusters = (await clustersWithPolicy(cli, name, { all })).filter(
    ({ policy }) => policy?.verify !== undefined,
  );
  if (clusters.length === 0) {
    throw cliErrors.usage({
      message: 'No policy says how often backups are checked.',
      next: 'Add "verify" to the policy, e.g. { "every": "30d" }.',
    });
  }
  const checked: Checked[] = [];
  let damage: ErrorInfo | undefined;
  for (const cluster of clusters) {
    const { verify } = cluster.policy ?? {};
    if (verify === undefined) continue;
    for await (const one of checksOf(cli, cluster, verify)) {
      checked.push(one);
      const { verification, file } = one;
      const isWhole = verification.result === 'ok';
      const what = verification.of === 'stored' ? ' (stored bytes)' : '';
      cli.out.text(`${isWhole ? `OK${what}` : 'DAMAGED'}  ${file}\n`);
      if (!isWhole) damage ??= damageOf(one);
    }
  }
  cli.out.document({ checked });
  if (checked.length === 0) cli.out.note('No check is due.');
  else cli.out.note(`${countText(checked.length, 'backup')} checked.`);
  if (damage !== undefined) throw fromErrorInfo(damage);
}

async function* checksOf(
  cli: Cli,
  { name, vault: folder, ...config }: ClusterConfig,
  rhythm: CheckRhythm,
): AsyncGenerator<Checked> {
  const operations = await cli.operations();
  const vault = await cli.services.openVault(folder, cli.context.log);
  const decryption = await decryptionOf(cli, { name, vault: folder, ...config });
  // One that was left to another, or that can't be read, is not tried again in this run.
  const tried = new Set<string>();
  for (;;) {
    throwIfCancelled(cli.context.signal);
    const backups = (await vault.list(name)).filter(({ manifest }) => !tried.has(manifest.id));
    const next = nextCheck(rhythm, backups.map(policyBackup), cli.services.clock.now());
    const manifest = backups.find((one) => one.manifest.id === next?.id)?.manifest;
    if (manifest === undefined) return;
    const { id, file } = manifest;
    tried.add(id);
    const rate = (rhythm.rate ?? RATE) * 1_000_000;
    const place = { vault: folder, cluster: name };
    const verification = await operations.scheduledCheck(
      { ...place, id, decryption, rate, rhythm },
      cli.context,
    );
    if (verification === undefined) cli.out.note(`${file} is left: another is checking.`);
    else yield { cluster: name, id, file, verification };
  }
}

/** Without what opens them, the stored bytes are checked all the same. */
async function decryptionOf(cli: Cli, cluster: ClusterConfig) {
  try {
    return await resolvedDecryption(cli, cluster);
  } catch (error) {
    if (!isClusterBackupError(error) || error.code !== 'config.secretMissing') throw error;
    cli.out.warn(`${error.message} Only the stored bytes are checked.`);
    return {};
  }
}

function damageOf({ file, verification }: Checked): ErrorInfo {
  const { code, message } = verification;
  const info = coreErrors.notRestorable({
    message: `${file}: ${message ?? 'it is damaged.'}`,
    next: 'Use another backup, and look at the disk or share.',
  });
  const { category, next } = info;
  return { code: code ?? info.code, category, message: info.message, next };
}
