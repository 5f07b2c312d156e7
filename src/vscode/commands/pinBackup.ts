import type { Services } from '../services';
import { timeText } from '../text';
import { chooseBackup } from './choose';
import type { ClusterArgument } from './choose';

/** *Pin* and *Unpin*: a pinned backup is held for ever, whatever the policy says. */
export async function pinBackup(
  services: Services,
  argument: ClusterArgument | undefined,
  pin: boolean,
): Promise<void> {
  const question = pin ? 'Pin which backup?' : 'Unpin which backup?';
  const chosen = await chooseBackup(services, argument, question, ({ manifest }) =>
    pin ? manifest.pin !== true : manifest.pin === true,
  );
  if (chosen === undefined) return;
  const { config } = chosen.entry;
  const { id, label, created } = chosen.backup.manifest;
  await services.client.call('pin', { vault: config.vault, cluster: config.name, id, pin });
  await services.store.refreshBackups();
  const name = label ?? timeText(created);
  if (pin) {
    void services.ui.info(`Backup "${name}" of ${config.name} is pinned: no policy deletes it.`);
    return;
  }
  const { entries } = services.store;
  const entry = entries.find(({ key }) => key === chosen.entry.key) ?? chosen.entry;
  const why = services.standings.decisionOf(entry, id);
  const goes = why?.keep === false ? ` The policy lets go of it now: ${why.why}.` : '';
  void services.ui.info(`Backup "${name}" of ${config.name} is pinned no longer.${goes}`);
}
