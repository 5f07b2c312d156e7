import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { startSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import type { RunningSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import { waitFor } from '../../../src/sandbox/parts/wait';

const COMPOSE = `
version: "3.8"
services:
  web:
    image: shell:1
    command: [sleep, "100000"]
    init: true
    networks: [front]
    configs: [{source: site, target: /etc/site.conf}]
    secrets: [key]
    volumes: ["data:/data"]
    deploy: {replicas: 2}
  queue:
    image: shell:1
    command: [sleep, "100000"]
    init: true
    networks: [front]
networks:
  front: {driver: overlay}
configs:
  site: {file: ./site.conf}
secrets:
  key: {file: ./key.txt}
volumes:
  data:
`;

const FILES = [
  'mkdir -p /v/orders/2026 /v/logs',
  'echo "one" > /v/orders/2026/first.json',
  'echo "two" > /v/orders/2026/second.json',
  'echo "hello" > /v/readme.txt',
  'ln -s readme.txt /v/start-here',
  'chown 1000:1000 /v/readme.txt; chmod 640 /v/readme.txt',
  'i=0; while [ $i -lt 450 ]; do echo $i > /v/logs/line-$(printf %03d $i).log; i=$((i+1)); done',
].join('; ');

/** A swarm of one node with a stack that runs and a volume with files, for what is shown of such. */
export async function startShop(): Promise<RunningSwarm & { engine: RunningEngine }> {
  const swarm = await startSwarm(1, { engine: { hostname: 'node1' } });
  const [engine] = swarm.engines;
  if (engine === undefined) throw new Error('No engine was started');
  try {
    await engine.importBusybox('shell:1');
    const compose = join(engine.folder, 'shop.yaml');
    await writeFile(compose, COMPOSE);
    await writeFile(join(engine.folder, 'site.conf'), 'listen 80;\n');
    await writeFile(join(engine.folder, 'key.txt'), 'hush');
    await engine.docker(
      'volume',
      'create',
      '--label',
      'com.docker.stack.namespace=shop',
      'shop_data',
    );
    await engine.docker('run', '--rm', '-v', 'shop_data:/v', 'shell:1', 'sh', '-ec', FILES);
    await engine.docker('stack', 'deploy', '-c', compose, 'shop');
    await waitFor(
      'the services of the stack to run',
      async () => {
        const replicas = await engine.docker('service', 'ls', '--format', '{{.Replicas}}');
        return replicas.trim().split('\n').sort().join(' ') === '1/1 2/2' || undefined;
      },
      { timeoutMs: 180_000 },
    );
    return { ...swarm, engine };
  } catch (error) {
    await swarm.stop();
    throw error;
  }
}
