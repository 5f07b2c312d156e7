import { randomBytes } from 'node:crypto';

/** Sends one request to the Consul to fill; anything but 200 is an error. */
export type Put = (path: string, body: string | Buffer) => Promise<void>;

const services = [
  { Name: 'web', ID: 'web-1', Port: 8080, Tags: ['primary', 'v2'] },
  { Name: 'web', ID: 'web-2', Port: 8081, Tags: ['v2'] },
  { Name: 'orders', ID: 'orders-1', Port: 9090, Tags: ['v1'], Meta: { team: 'shop' } },
];

const sessions = [
  { Name: 'nightly-report', Behavior: 'release', LockDelay: '1s' },
  { Name: 'leader-election', Behavior: 'delete', LockDelay: '15s' },
];

/** The keys of the cluster to try things on: nested prefixes, plain and odd values. */
export function sampleKeys(): Map<string, string | Buffer> {
  const keys = new Map<string, string | Buffer>();
  for (const stage of ['production', 'staging']) {
    for (const app of ['web', 'orders', 'billing']) {
      const base = `config/${stage}/${app}`;
      keys.set(`${base}/log-level`, stage === 'production' ? 'warn' : 'debug');
      keys.set(`${base}/replicas`, stage === 'production' ? '3' : '1');
      keys.set(`${base}/database/url`, `postgres://db.${stage}.example/${app}`);
      keys.set(`${base}/database/pool`, '20');
      keys.set(`${base}/limits`, JSON.stringify({ requests: 500, burst: 50 }));
    }
  }
  for (const flag of ['new-checkout', 'dark-mode', 'beta-search']) {
    keys.set(`feature-flags/${flag}`, String(flag !== 'beta-search'));
  }
  keys.set('certificates/bundle', randomBytes(6 * 1024));
  keys.set('locks/nightly-report', '');
  keys.set('notes/Übersicht ☂', 'a key with other letters than ASCII');
  keys.set('maintenance', 'off');
  return keys;
}

/** Puts keys, services and sessions into a Consul. */
export async function seed(put: Put): Promise<void> {
  for (const [key, value] of sampleKeys()) {
    await put(`/v1/kv/${key.split('/').map(encodeURIComponent).join('/')}`, value);
  }
  for (const service of services) {
    await put('/v1/agent/service/register', JSON.stringify(service));
  }
  for (const session of sessions) {
    await put('/v1/session/create', JSON.stringify(session));
  }
}
