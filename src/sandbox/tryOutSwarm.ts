import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEngine } from './parts/dockerEngine';
import type { RunningEngine } from './parts/dockerEngine';
import type { Log } from './parts/log';
import { MissingPart } from './parts/missing';
import { findOnPath } from './parts/processes';

const IMAGE = 'try-out/busybox:1';

const stack = `version: "3.8"
services:
  web:
    image: ${IMAGE}
    command: ["sh", "-c", "while true; do date > /data/last-seen; sleep 5; done"]
    environment:
      STAGE: production
    networks: [front]
    configs: [settings]
    secrets: [api-key]
    volumes: ["data:/data"]
    deploy:
      replicas: 2
      labels: { team: shop }
  nightly:
    image: ${IMAGE}
    command: ["sleep", "86400"]
    volumes: ["reports:/reports"]
    deploy:
      placement: { constraints: ["node.labels.disk == ssd"] }
networks:
  front: {}
volumes:
  data: {}
  reports: {}
configs:
  settings: { file: ./settings.ini }
secrets:
  api-key: { file: ./api-key }
`;

/**
 * A Docker engine of our own as a swarm of one, with a small stack on it. Nothing is installed for it: where there is
 * no dockerd, or no right to run one, it throws `MissingPart`.
 */
export async function startTryOutSwarm(
  log: Log,
): Promise<{ host: string; stop: () => Promise<void> }> {
  if (findOnPath('dockerd') === undefined) {
    throw new MissingPart('dockerd', 'Without it there is no swarm to try out.');
  }
  const engine = await startEngine({ hostname: 'node1', log });
  try {
    await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
    await engine.docker('node', 'update', '--label-add', 'disk=ssd', engine.hostname);
    await engine.importBusybox(IMAGE);
    await fillVolume(engine);
    const file = (name: string) => join(engine.folder, name);
    await writeFile(file('stack.yaml'), stack);
    await writeFile(file('settings.ini'), 'log-level = info\nregion = eu-west\n');
    await writeFile(file('api-key'), 'not a real key\n');
    await engine.docker(
      ...['stack', 'deploy', '--resolve-image', 'never', '-c', file('stack.yaml'), 'shop'],
    );
  } catch (error) {
    await engine.stop();
    throw error;
  }
  return { host: engine.host, stop: engine.stop };
}

/** A volume that no service of the stack made, with files of several owners and modes. */
async function fillVolume(engine: RunningEngine): Promise<void> {
  const script = [
    'mkdir -p /v/invoices/2026 /v/logs',
    'for i in $(seq 1 200); do echo "invoice $i" > /v/invoices/2026/$i.txt; done',
    'dd if=/dev/urandom of=/v/logs/archive.bin bs=1M count=8 2>/dev/null',
    'chown -R 1000:1000 /v/invoices; chmod 600 /v/logs/archive.bin; ln -s logs/archive.bin /v/latest',
  ].join('; ');
  await engine.docker(
    ...['run', '--rm', '--network', 'none', '-v', 'archive:/v', IMAGE, 'sh', '-c', script],
  );
}
