import { encode, type Dialect, type Value } from './msgpack';

/** One record of a state.bin. */
export interface TestRecord {
  type: number;
  value: Value;
}

/** A state.bin: header, then records (hashicorp/consul agent/consul/fsm/snapshot.go). */
export function stateBin(records: readonly TestRecord[], dialect: Dialect = 'old'): Buffer {
  return Buffer.concat([
    encode({ LastIndex: 42 }),
    ...records.map((record) => encodeRecord(record, dialect)),
  ]);
}

export function encodeRecord({ type, value }: TestRecord, dialect: Dialect = 'old'): Buffer {
  return Buffer.concat([Buffer.from([type]), encode(value, dialect)]);
}

export function kv(key: string | Uint8Array, value: string | Uint8Array, flags = 0n): TestRecord {
  return {
    type: 2,
    value: {
      CreateIndex: 5,
      Flags: flags,
      Key: key,
      LockIndex: 0,
      ModifyIndex: 300,
      Session: '',
      Value: value,
    },
  };
}

const REGISTRATION = {
  Address: '10.0.0.1',
  Check: null,
  Checks: null,
  Datacenter: 'dc1',
  ID: '873c16a2-82a5-f650-e07b-74de80b2d8df',
  Node: 'n1',
  NodeMeta: { 'consul-network-segment': '' },
  Service: null,
  SkipNodeUpdate: false,
  TaggedAddresses: null,
  Token: '',
} satisfies Record<string, Value>;

export function node(name: string, more: Record<string, Value> = {}): TestRecord {
  return { type: 0, value: { ...REGISTRATION, Node: name, ...more } };
}

export function service(on: string, name: string, more: Record<string, Value> = {}): TestRecord {
  const body = { ID: `${name}-1`, Service: name, Port: 8080, Meta: { Service: 'not this one' } };
  return node(on, { Service: body, ...more });
}

export function check(on: string, id: string): TestRecord {
  return node(on, { Check: { CheckID: id, Node: on, ServiceName: '', Status: 'passing' } });
}

/** A certificate root, without a real certificate. */
export function caRoot(id: string, active: boolean): TestRecord {
  return { type: 13, value: { Active: active, ID: id, Name: 'Consul CA', RootCert: '-----' } };
}

export function caConfig(clusterId: string): TestRecord {
  return { type: 15, value: { ClusterID: clusterId, Config: {}, Provider: 'consul', State: null } };
}

export function aclToken(accessor: string): TestRecord {
  const secret = '5ec2e700-0000-0000-0000-000000000000';
  return { type: 17, value: { AccessorID: accessor, SecretID: secret, Policies: [] } };
}

/** A little of everything a cluster has. */
export function mixedRecords(): TestRecord[] {
  return [
    node('n1'),
    service('n1', 'web'),
    service('n1', 'api'),
    service('n2', 'web', { PeerName: 'other' }),
    check('n1', 'serfHealth'),
    {
      type: 6,
      value: [
        { Node: 'n1', Segment: '', Coord: { Vec: [0.5, -1.25, 0, 0, 0, 0, 0, 0], Error: 1.5 } },
      ],
    },
    { type: 3, value: { ID: 'a-session', Node: 'n1', LockDelay: 15_000_000_000n, Checks: null } },
    aclToken('926ae7a2-feef-1c49-289a-fe34f0667c94'),
    aclToken('00000000-0000-0000-0000-000000000002'),
    kv('a', 'plain'),
    kv('app/config/one', Buffer.from([0, 0xff, 0xc1, 0x80])),
    kv('app/config/two', Buffer.alloc(40_000, 'x'), 2n ** 64n - 1n),
    kv('app/ünïcode/𝄞', ''),
    kv(Buffer.from([0x62, 0xff, 0x2f, 0xe2, 0x82]), 'a key that is no UTF-8'),
    { type: 5, value: { Key: 'gone', ModifyIndex: 9 } },
    caRoot('c6:43', true),
    caRoot('00:11', false),
    caConfig('b724d1e7-4b2a-535b-de7c-bc3c35fe8907'),
    { type: 22, value: encode({ Kind: 'proxy-defaults' }) },
    { type: 16, value: { Key: 'kvs', Value: 300 } },
    { type: 42, value: Buffer.from([0x0a, 3, 1, 2, 3]) },
    { type: 67, value: { Namespace: 'team' } },
    { type: 50, value: 'from the future' },
    { type: 29, value: { ChunkMap: {} } },
  ];
}
