import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { Pack } from 'tar-stream';
import { createSwarmArchive } from '../../../src/snapshots/swarm/archiveWriter';
import type { SwarmArchiveWriter } from '../../../src/snapshots/swarm/archiveWriter';
import { volumeFolder } from '../../../src/snapshots/swarm/layout';
import type { Definition, SwarmManifest } from '../../../src/snapshots/swarm/layout';

export const CREATED = '2026-02-03T04:05:06Z';

export interface TestVolume {
  node: string;
  name: string;
  tar: Buffer;
}

export interface TestArchive {
  definitions?: Omit<Definition, 'id'>[];
  stacks?: Record<string, string>;
  volumes?: TestVolume[];
  raft?: Buffer;
  change?: (manifest: SwarmManifest) => void;
}

/** Entries as tar-stream writes them. */
export async function tarWith(
  entries: (Parameters<Pack['entry']>[0] & { content?: string | Buffer })[],
): Promise<Buffer> {
  const tar = pack();
  const all = buffer(tar);
  for (const { content, ...header } of entries) {
    tar.entry({ mtime: new Date(CREATED), ...header }, content ?? '');
  }
  tar.finalize();
  return all;
}

export function manifestOf(archive: TestArchive): SwarmManifest {
  const definitions: SwarmManifest['definitions'] = {};
  for (const { kind } of archive.definitions ?? []) {
    definitions[kind] = (definitions[kind] ?? 0) + 1;
  }
  const manifest: SwarmManifest = {
    format: 'cluster-backup/swarm',
    version: 1,
    created: CREATED,
    by: '0.0.0',
    cluster: 'production',
    engine: { name: 'node1', version: '20.10.24', apiVersion: '1.41' },
    swarm: { id: 'swarm1', nodes: 1, managers: 1, autolock: false },
    mode: 'live',
    parts: ['definitions', 'volumes'],
    definitions,
    volumes: (archive.volumes ?? []).map(({ node, name }) => ({
      id: `volume/${node}/${name}`,
      node,
      name,
      driver: 'local',
      folder: volumeFolder(node, name),
      services: [],
    })),
    left: [],
    ...(archive.raft && {
      raft: { folder: 'raft' as const, node: 'node1', taken: 'cold' as const, autolock: false },
    }),
    notes: [],
  };
  archive.change?.(manifest);
  return manifest;
}

/** Writes all of an archive into a writer, its contents in chunks of a size. */
export async function writeArchive(
  writer: SwarmArchiveWriter,
  archive: TestArchive,
  chunkBytes = 64 << 10,
): Promise<void> {
  const contents = (archive.volumes ?? []).map(({ node, name, tar }) => ({
    folder: volumeFolder(node, name),
    tar,
  }));
  if (archive.raft) contents.push({ folder: 'raft', tar: archive.raft });
  await writer.manifest(manifestOf(archive));
  for (const definition of archive.definitions ?? []) await writer.definition(definition);
  for (const [name, yaml] of Object.entries(archive.stacks ?? {})) await writer.stack(name, yaml);
  for (const { folder, tar } of contents) {
    const content = writer.content(folder);
    for (let at = 0; at < tar.length; at += chunkBytes) {
      await content.write(tar.subarray(at, at + chunkBytes));
    }
    await content.end();
  }
  await writer.finish(new Date(CREATED));
}

/** The bytes of an archive. */
export async function swarmArchive(archive: TestArchive, chunkBytes?: number): Promise<Buffer> {
  const writer = createSwarmArchive();
  const [bytes] = await Promise.all([
    buffer(writer.stream),
    writeArchive(writer, archive, chunkBytes),
  ]);
  return bytes;
}

/** A small cluster: every kind of definition, a stack, two volumes. */
export async function smallCluster(): Promise<TestArchive> {
  const stack = { 'com.docker.stack.namespace': 'shop' };
  return {
    definitions: [
      {
        kind: 'swarm',
        name: 'swarm',
        value: { ID: 'swarm1', Version: { Index: 18446744073709551615n } },
      },
      {
        kind: 'node',
        name: 'node1',
        value: {
          ID: 'n1',
          Spec: { Role: 'manager' },
          Description: { Hostname: 'node1' },
          Status: { Addr: '10.0.0.1' },
        },
      },
      { kind: 'network', name: 'shop_net', value: { Name: 'shop_net', Labels: stack } },
      { kind: 'secret', name: 'key', value: { Spec: { Name: 'key' } } },
      { kind: 'config', name: 'site', value: { Spec: { Name: 'site', Data: 'aGVsbG8=' } } },
      { kind: 'volume', name: 'data', node: 'node1', value: { Name: 'data', Driver: 'local' } },
      {
        kind: 'service',
        name: 'shop_web',
        value: {
          ID: 's1',
          Spec: {
            Name: 'shop_web',
            Labels: stack,
            Mode: { Replicated: { Replicas: 2 } },
            TaskTemplate: {
              ContainerSpec: {
                Image: 'nginx:1@sha256:00',
                Mounts: [{ Type: 'volume', Source: 'data', Target: '/data' }],
                Secrets: [{ SecretName: 'key', SecretID: 'x' }],
                Configs: [{ ConfigName: 'site', ConfigID: 'y' }],
              },
              Networks: [{ Target: 'net1' }],
            },
            EndpointSpec: { Ports: [{ Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080 }] },
          },
        },
      },
    ],
    stacks: { shop: 'services:\n  web:\n    image: nginx:1\n' },
    volumes: [
      {
        node: 'node1',
        name: 'data',
        tar: await tarWith([
          { name: './', type: 'directory', mode: 0o755 },
          { name: './a.txt', content: 'hello', mode: 0o640, uid: 33, gid: 34 },
          { name: './sub/', type: 'directory' },
          { name: './sub/b.bin', content: Buffer.alloc(3000, 7) },
          { name: './sub/link', type: 'symlink', linkname: '/etc/hosts' },
          { name: './hard', type: 'link', linkname: './a.txt' },
        ]),
      },
      { node: 'node1', name: 'empty', tar: await tarWith([{ name: './', type: 'directory' }]) },
    ],
  };
}
