import type { Inventory } from '../../core/model';
import type { ConnectedCluster, WholeAdapter } from '../../core/ports';
import { startBackup } from './backup';
import { compareRestored } from './checkRestored';
import { openTarget, resolveTarget } from './connection';
import type { ConsulTarget, Environment } from './connection';
import { ConsulClient } from './http';
import { countAll, toInventory } from './inventory';
import { sendRestore } from './restore';
import { planConsulRestore } from './restorePlan';
import { readStatus } from './status';

/** Consul through its HTTP API. The environment is the one of Consul's own tool. */
export const createConsulAdapter = (cluster: ConnectedCluster, env: Environment): WholeAdapter =>
  new ConsulAdapter(cluster, env);

class ConsulAdapter implements WholeAdapter {
  readonly #clients: Promise<ConsulClient>[] = [];
  #client: Promise<ConsulClient> | undefined;

  constructor(
    private readonly cluster: ConnectedCluster,
    private readonly env: Environment,
  ) {}

  readonly status: WholeAdapter['status'] = async ({ signal }) => {
    const { healthView: _, index: __, ...status } = await readStatus(await this.#own(), signal);
    return status;
  };

  readonly backup: WholeAdapter['backup'] = async (request, context) =>
    startBackup(await this.#own(), request, context);

  readonly inventory: WholeAdapter['inventory'] = async ({ signal }): Promise<Inventory> => {
    const client = await this.#own();
    const status = await readStatus(client, signal);
    return toInventory(await countAll(client, status, signal), status.index);
  };

  readonly planRestore: WholeAdapter['planRestore'] = async ({ content }, context) => ({
    items: await planConsulRestore(await this.#own(), content, context),
  });

  readonly restore: WholeAdapter['restore'] = async ({ stream, size }, context) =>
    sendRestore(await this.#own(), stream, size, context);

  readonly checkRestored: WholeAdapter['checkRestored'] = async ({ content }, secrets, context) =>
    compareRestored(await this.#with(secrets), content, context);

  readonly close: WholeAdapter['close'] = async () => {
    const clients = this.#clients.splice(0);
    this.#client = undefined;
    const closed = clients.map(async (client) => (await client.catch(() => undefined))?.close());
    await Promise.all(closed);
  };

  #own(): Promise<ConsulClient> {
    if (this.#client === undefined) {
      const opened = this.#open({});
      this.#client = opened;
      // A file that could not be read may be there the next time.
      opened.catch(() => {
        if (this.#client === opened) this.#client = undefined;
      });
    }
    return this.#client;
  }

  #with(secrets: Readonly<Record<string, string>>): Promise<ConsulClient> {
    return Object.keys(secrets).length === 0 ? this.#own() : this.#open(secrets);
  }

  #open(secrets: Readonly<Record<string, string>>): Promise<ConsulClient> {
    const opened = (async () => {
      const target = withSecrets(resolveTarget(this.cluster, this.env), secrets);
      return new ConsulClient(target, await openTarget(target));
    })();
    this.#clients.push(opened);
    return opened;
  }
}

/** A token that was given by hand also wins over a token file. */
function withSecrets(
  target: ConsulTarget,
  secrets: Readonly<Record<string, string>>,
): ConsulTarget {
  const { token, httpAuth } = secrets;
  return {
    ...target,
    ...(token === undefined ? {} : { token, tokenFile: undefined }),
    ...(httpAuth === undefined ? {} : { auth: httpAuth }),
  };
}
