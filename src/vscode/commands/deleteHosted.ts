import { editorErrors } from '../editorErrors';
import { lineText } from '../backupPlanWords';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import { chooseHosted } from './choose';
import type { HostedArgument } from './choose';
import { removeConfirmation } from './hostedRestoreWords';

/**
 * *Delete on the Platform…*: what has to be known is asked of the platform, then the person.
 *
 * @throws `editor.deleteBlocked`
 */
export async function deleteHosted(services: Services, argument?: HostedArgument): Promise<void> {
  const chosen = await chooseHosted(services, argument, 'Delete which backup on the platform?', {
    cluster: ({ hosted }) => hosted?.remove === true,
    backup: ({ state }) => state !== 'deleting',
  });
  if (chosen === undefined) return;
  const { entry, hosted } = chosen;
  const { id, group } = hosted;
  const { name: of } = entry.config;
  const title = `Delete ${hosted.name}`;
  const cluster = await services.store.resolve(entry, services.secrets.asking);
  const ref = { id, group };
  const plan = await runOperation(services, title, 'planHostedRemove', { cluster, ref });
  const { name } = plan.backup;
  const blockers = plan.items.filter(({ severity }) => severity === 'blocker');
  if (blockers.length > 0) {
    throw editorErrors.deleteBlocked({
      message: `${name} can't be deleted now: ${blockers.map(lineText).join(' ')}`,
    });
  }
  if (!(await services.ui.confirm(removeConfirmation(of, plan, new Date())))) return;
  try {
    await runOperation(services, title, 'removeHosted', { cluster, plan });
    void services.ui.info(`Deleted ${name} on the platform of ${of}.`);
  } finally {
    void services.hosted.refresh(entry);
    void services.store.refreshHealth(entry);
  }
}
