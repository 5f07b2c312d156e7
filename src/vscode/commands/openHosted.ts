import { showHosted } from '../panels/hostedPanel';
import type { Services } from '../services';
import { chooseHosted } from './choose';
import type { HostedArgument } from './choose';

/** *Show Details*: all that the platform says of one of its backups, kept up to date while it is open. */
export async function openHosted(services: Services, argument?: HostedArgument): Promise<void> {
  const chosen = await chooseHosted(services, argument, 'Show which backup?');
  if (chosen !== undefined) showHosted(services, chosen.entry, chosen.hosted);
}
