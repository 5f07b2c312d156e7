import type { Json, MarathonGroup } from './contract';

/** What Marathon holds when nothing else is said. */
export const SAMPLE_GROUPS: MarathonGroup = {
  id: '/',
  dependencies: [],
  apps: [{ id: '/hello', cmd: 'sleep 3600', cpus: 0.1, mem: 32, instances: 1 }],
  pods: [],
  groups: [
    {
      id: '/shop',
      dependencies: [],
      apps: [
        {
          id: '/shop/web',
          instances: 3,
          cpus: 0.5,
          mem: 256,
          container: { type: 'DOCKER', docker: { image: 'shop/web:1.4.2', network: 'BRIDGE' } },
          env: { DATABASE: 'db.shop.marathon.l4lb.thisdcos.directory:5432', MODE: 'production' },
          labels: { HAPROXY_0_VHOST: 'shop.example.com', team: 'storefront' },
          healthChecks: [{ protocol: 'HTTP', path: '/health', intervalSeconds: 10 }],
        },
        { id: '/shop/worker', cmd: './work --queue orders', instances: 2, cpus: 1, mem: 512 },
      ],
      pods: [
        {
          id: '/shop/cache',
          scaling: { kind: 'fixed', instances: 1 },
          containers: [{ name: 'redis', resources: { cpus: 0.2, mem: 128 } }],
        },
      ],
      groups: [],
    },
    {
      id: '/monitoring',
      dependencies: ['/shop'],
      apps: [{ id: '/monitoring/prometheus', instances: 1, cpus: 1, mem: 2048 }],
      pods: [],
      groups: [],
    },
  ],
};

/**
 * The tree as `GET /v2/groups` tells it: with what Marathon adds, and only what was asked for (`embed`, after Marathon's
 * groups.raml).
 *
 * @param all it adds everything it can, asked or not
 */
export function toldGroups(group: MarathonGroup, embed: readonly string[], all: boolean): Json {
  const asked = (what: string) =>
    all || embed.includes(`group.${what}`) || embed.includes(what.replace(/^apps/, 'app'));
  const when = new Date().toISOString();
  const told = (of: MarathonGroup): { [name: string]: Json } => {
    const { groups = [], apps = [], pods = [], ...own } = of;
    const fields = own as { [name: string]: Json };
    return {
      ...fields,
      version: when,
      enforceRole: fields['enforceRole'] ?? false,
      ...(asked('groups') ? { groups: groups.map(told) } : {}),
      ...(asked('apps') ? { apps: apps.map((app) => toldApp(app, asked, when)) } : {}),
      ...(asked('pods') ? { pods: pods.map((pod) => ({ ...pod, version: when })) } : {}),
    };
  };
  return told(group);
}

function toldApp(
  app: { id: string; [field: string]: Json },
  asked: (what: string) => boolean,
  when: string,
): Json {
  const instances = Number(app['instances'] ?? 1);
  return {
    ...app,
    version: when,
    versionInfo: { lastScalingAt: when, lastConfigChangeAt: when },
    ...(asked('apps.counts')
      ? {
          tasksStaged: 0,
          tasksRunning: instances,
          tasksHealthy: instances,
          tasksUnhealthy: 0,
        }
      : {}),
    ...(asked('apps.deployments') ? { deployments: [{ id: 'd7a1b6a0' }] } : {}),
    ...(asked('apps.tasks') ? { tasks: [{ id: `${app.id}.1`, host: '10.0.0.7' }] } : {}),
    ...(asked('apps.taskStats') ? { taskStats: { totalSummary: { stats: {} } } } : {}),
    ...(asked('apps.readiness') ? { readinessCheckResults: [{ ready: true }] } : {}),
    ...(asked('apps.lastTaskFailure')
      ? { lastTaskFailure: { appId: app.id, message: 'exit 1', timestamp: when } }
      : {}),
  };
}
