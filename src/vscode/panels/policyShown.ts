import type { Hook } from '../../core/config/policy';
import { readPolicy } from '../../core/config/policyText';
import type { SaidBy } from '../../core/config/policyText';
import type { ClusterConfig } from '../../core/config/parse';
import { toErrorInfo } from '../../core/errors';
import { editedFields } from '../../core/policy/policyPlan';
import { policyBackup } from '../../core/policy/policyBackup';
import { policyKey } from '../../core/policy/policyKey';
import type { Beside, NamedBackup, ShownPolicy } from '../../protocol/policyMessages';
import { readConfigText } from '../configText';
import { prunesOnPlatform } from '../prunes';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';
import { runSchedules } from '../settings';

/** What of the page stays the same while it is open. */
export function shownCluster({ config, definition }: ClusterEntry): ShownPolicy {
  const { storage, retention } = definition.capabilities;
  return {
    cluster: config.name,
    system: definition.title,
    file: config.file,
    key: policyKey(config),
    modes: definition.capabilities.modes.map(({ id, title }) => ({ id, title })),
    ...(storage === 'hosted' || retention === true
      ? { platform: { settings: retention === true } }
      : {}),
  };
}

/**
 * Reads what the page shows: the file anew, and the backups there are.
 *
 * @throws `config.unreadable`, `config.invalid`
 */
export async function readShown(
  services: Services,
  entry: ClusterEntry,
): Promise<Partial<ShownPolicy>> {
  const { config } = entry;
  const text = await readConfigText(config.file);
  const { own, inherited, encryption, vault } = readPolicy(text, config.name);
  const [backups, last] = await Promise.all([
    backupsOf(services, entry),
    lastRun(services, config.name),
  ]);
  const hooks = (name: 'before' | 'after' | 'notices'): Beside[] =>
    (own?.[name] ?? inherited?.[name] ?? []).map((hook) => ({
      text: hookText(hook),
      saidBy: own?.[name] === undefined ? 'file' : 'cluster',
    }));
  return {
    at: new Date().toISOString(),
    ...(own === undefined ? {} : { own: editedFields(own) }),
    ...(inherited === undefined ? {} : { inherited: editedFields(inherited) }),
    vault: { text: config.vault, saidBy: vault },
    encryption: { text: encryptionText(config), saidBy: encryption },
    hooks: { before: hooks('before'), after: hooks('after'), notices: hooks('notices') },
    runs: { here: runSchedules(), ...(last === undefined ? {} : { last }) },
    ...(backups === undefined ? {} : { backups }),
  };
}

/** Who says something: for a hook and the like, as `readPolicy` tells it. */
export async function saidByOf(
  { config }: ClusterEntry,
  place: string,
): Promise<{ text: string; field: string; saidBy: SaidBy }> {
  const text = await readConfigText(config.file);
  const { own, inherited, encryption, vault } = readPolicy(text, config.name);
  if (place === 'encryption' || place === 'vault') {
    return { text, field: place, saidBy: { encryption, vault }[place] };
  }
  const field = place === 'policy' ? place : `policy.${place}`;
  const says = (policy: object | undefined) =>
    policy !== undefined && (place === 'policy' || place in policy);
  return { text, field, saidBy: says(own) ? 'cluster' : says(inherited) ? 'file' : 'nobody' };
}

/** Of the vault as the store knows them; of a platform asked anew, with secrets that are at hand. */
async function backupsOf(
  { store, client, secrets, log }: Services,
  entry: ClusterEntry,
): Promise<NamedBackup[] | undefined> {
  if (prunesOnPlatform(entry)) {
    try {
      const cluster = await store.resolve(entry, secrets.stored);
      return await client.call('policyBackups', { cluster, mode: entry.config.policy?.mode });
    } catch (error) {
      log.debug(`Backups of ${entry.config.name} for its policy: ${toErrorInfo(error).message}`);
      return undefined;
    }
  }
  if (entry.vaultError !== undefined) return undefined;
  return entry.backups.map((backup) => {
    const { label } = backup.manifest;
    return { ...policyBackup(backup), ...(label === undefined ? {} : { label }) };
  });
}

async function lastRun({ journal }: Services, cluster: string) {
  const activities = await journal.list().catch(() => []);
  const runs = activities.filter(
    (one) => one.scheduled === true && one.kind === 'backup' && one.cluster === cluster,
  );
  const [last] = runs.sort((a, b) => Date.parse(b.started) - Date.parse(a.started));
  return last === undefined ? undefined : { at: last.started, state: last.state };
}

/** An address may be a secret by itself: its host is told, and no more. */
function hookText(hook: Hook): string {
  if ('command' in hook) return hook.command.join(' ');
  if (typeof hook.webhook !== 'string') return 'An address that is kept as a secret';
  return new URL(hook.webhook).origin;
}

function encryptionText({ encryption }: ClusterConfig): string {
  if (encryption === 'none')
    return 'Not encrypted: whoever reads the vault reads the secrets in it';
  if ('passphrase' in encryption) return 'With a passphrase (OpenPGP)';
  const keys = encryption.publicKeys.length;
  return keys === 1 ? 'For an OpenPGP key' : `For ${keys} OpenPGP keys`;
}
