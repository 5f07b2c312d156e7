import { request } from 'node:http';
import { fromJson, toJson } from '../../../src/snapshots/swarm/json';
import type { Definition } from '../../../src/snapshots/swarm/layout';
import { definitionsOf } from './definitions';

type Value = Record<string, unknown>;

/** Asks an engine at its socket; for tests that are not about our own client. */
export async function ask(
  socketPath: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const text = await new Promise<string>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const call = request({ socketPath, method, path, headers, timeout: 30_000 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const all = Buffer.concat(chunks).toString();
        const status = answer.statusCode ?? 0;
        if (status < 300) resolve(all);
        else reject(new Error(`${method} ${path}: ${status} ${all}`));
      });
    });
    call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer`)));
    call.on('error', reject);
    call.end(body === undefined ? undefined : toJson(body));
  });
  return text === '' ? undefined : fromJson(text);
}

/** All definitions of the swarm, networks of every node that services use among them. */
export async function readDefinitions(socket: string, node: string): Promise<Definition[]> {
  const list = async (path: string): Promise<Value[]> =>
    (await ask(socket, 'GET', path)) as Value[];
  const services = await list('/services');
  const scope = encodeURIComponent(JSON.stringify({ scope: ['swarm'] }));
  const ids = new Set((await list(`/networks?filters=${scope}`)).map(({ Id }) => String(Id)));
  for (const { Spec } of services) {
    const task = (Spec as { TaskTemplate: { Networks?: { Target: string }[] } }).TaskTemplate;
    for (const { Target } of task.Networks ?? []) ids.add(Target);
  }
  const networks: Value[] = [];
  for (const id of ids) networks.push((await ask(socket, 'GET', `/networks/${id}`)) as Value);
  const volumes = (await ask(socket, 'GET', '/volumes')) as { Volumes: Value[] | null };
  return definitionsOf(
    {
      swarm: (await ask(socket, 'GET', '/swarm')) as Value,
      nodes: await list('/nodes'),
      networks,
      secrets: await list('/secrets'),
      configs: await list('/configs'),
      volumes: volumes.Volumes ?? [],
      services,
    },
    node,
  );
}

/**
 * Whether a container of ours that uses the volume is there. Asked without a process in between, so that what lasts for
 * a moment only is seen on a busy machine, too.
 */
export async function hasHelper(socket: string, volume: string): Promise<boolean> {
  const filters = encodeURIComponent(
    JSON.stringify({ volume: [volume], label: ['cluster-backup.run'] }),
  );
  const found = (await ask(socket, 'GET', `/containers/json?all=1&filters=${filters}`)) as Value[];
  return found.length > 0;
}
