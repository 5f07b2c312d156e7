import type { RecordStat } from '../../core/ports';
import type { FieldTable, RecordSink, ValueKind } from './recordSink';
import { snapshotErrors } from '../snapshotErrors';
import { KVS, REGISTER, isEnterpriseType, recordTypeByName, recordTypeName } from './recordTypes';

/** Told of each key. `buffer[start, end)` is only lent. @param size bytes of the whole record */
export type KeyListener = (buffer: Buffer, start: number, end: number, size: number) => void;

/** Names kept for comparing; beyond it only numbers are. */
const MAX_NAMES = 100_000;
const MAX_ACCESSORS = 10_000;
const NOTHING = Buffer.alloc(0);

const Field = {
  Key: 1,
  Node: 2,
  Service: 3,
  ServiceName: 4,
  Check: 5,
  Checks: 6,
  Datacenter: 7,
  PeerName: 8,
  RootId: 9,
  RootActive: 10,
  ClusterId: 11,
  Provider: 12,
  AccessorId: 13,
} as const;

function table(names: Record<string, number>, nested?: [number, FieldTable]): FieldTable {
  return {
    names: Object.entries(names).map(([name, id]) => ({ name: Buffer.from(name), id })),
    ...(nested && { nested: new Map([nested]) }),
  };
}

/** What is looked at, by record type; all else is skipped. */
const TABLES: (FieldTable | undefined)[] = [];
TABLES[KVS] = table({ Key: Field.Key });
TABLES[REGISTER] = table(
  {
    Node: Field.Node,
    Service: Field.Service,
    Check: Field.Check,
    Checks: Field.Checks,
    Datacenter: Field.Datacenter,
    PeerName: Field.PeerName,
  },
  [Field.Service, table({ Service: Field.ServiceName })],
);
TABLES[13] = table({ ID: Field.RootId, Active: Field.RootActive });
TABLES[15] = table({ ClusterID: Field.ClusterId, Provider: Field.Provider });
TABLES[17] = table({ AccessorID: Field.AccessorId });

/** Counts records by type, and gathers what a restore plan and a restore check need. No secrets. */
export class RecordFacts implements RecordSink {
  private readonly counts = new Float64Array(256);
  private readonly sums = new Float64Array(256);
  private nodes = 0;
  private services = 0;
  private checks = 0;
  private imported = 0;
  private readonly serviceNames = new Set<string>();
  private datacenter = '';
  private clusterId = '';
  private provider = '';
  private readonly roots: string[] = [];
  private activeRoot = '';
  private readonly accessors: string[] = [];

  // Of the record in hand.
  private keyBuffer: Buffer = NOTHING;
  private keyStart = 0;
  private keyEnd = -1;
  private hasNode = false;
  private hasService = false;
  private serviceName = '';
  private checksHere = 0;
  private peer = false;
  private root = '';
  private rootActive = false;

  constructor(private readonly onKey?: KeyListener) {}

  fieldsOf(type: number): FieldTable | undefined {
    return type < 0 ? undefined : TABLES[type];
  }

  raw(field: number, buffer: Buffer, start: number, end: number): void {
    switch (field) {
      case Field.Key:
        this.keyBuffer = buffer;
        this.keyStart = start;
        this.keyEnd = end;
        return;
      case Field.Node:
        this.hasNode = true;
        return;
      case Field.ServiceName:
        this.serviceName = buffer.toString('utf8', start, end);
        return;
      case Field.PeerName:
        this.peer = end > start;
        return;
      case Field.Datacenter:
        if (this.datacenter === '') this.datacenter = buffer.toString('utf8', start, end);
        return;
      case Field.RootId:
        this.root = buffer.toString('utf8', start, end);
        return;
      case Field.ClusterId:
        this.clusterId = buffer.toString('utf8', start, end);
        return;
      case Field.Provider:
        this.provider = buffer.toString('utf8', start, end);
        return;
      case Field.AccessorId:
        if (this.accessors.length < MAX_ACCESSORS) {
          this.accessors.push(buffer.toString('utf8', start, end));
        }
        return;
      default:
    }
  }

  other(field: number, kind: ValueKind, count: number): void {
    if (field === Field.Service) this.hasService = kind === 'map';
    else if (field === Field.Check && kind === 'map') this.checksHere += 1;
    else if (field === Field.Checks && kind === 'array') this.checksHere += count;
    else if (field === Field.RootActive) this.rootActive = kind === 'true';
  }

  record(type: number, size: number): void {
    this.counts[type] = (this.counts[type] as number) + 1;
    this.sums[type] = (this.sums[type] as number) + size;
    if (type === KVS) this.key(size);
    else if (type === REGISTER) this.registration();
    else if (this.root !== '') this.caRoot();
  }

  /** Rows as `consul snapshot inspect` orders them: larger first, then by name. */
  stats(): RecordStat[] {
    const rows: RecordStat[] = [];
    this.counts.forEach((count, type) => {
      if (count > 0)
        rows.push({ name: recordTypeName(type), count, sum: this.sums[type] as number });
    });
    return rows.sort((a, b) => b.sum - a.sum || (a.name < b.name ? -1 : 1));
  }

  /** Records by name, and what is registered, as far as it is this cluster's own. */
  totals(): Record<string, number> {
    const byName = Object.fromEntries(this.stats().map(({ name, count }) => [name, count]));
    return {
      ...byName,
      Node: this.nodes,
      Service: this.services,
      ServiceName: this.serviceNames.size,
      Check: this.checks,
      ...(this.imported > 0 && { Imported: this.imported }),
    };
  }

  facts(): Record<string, string | number | boolean | string[]> {
    const names = this.stats().map(({ name }) => name);
    const enterprise = names.filter(isEnterpriseType);
    const unknown = names.filter((name) => recordTypeByName(name) === undefined);
    return {
      recordTypes: names,
      ...(enterprise.length > 0 && { enterpriseTypes: enterprise }),
      ...(unknown.length > 0 && { unknownTypes: unknown }),
      ...(this.datacenter !== '' && { datacenter: this.datacenter }),
      ...(this.clusterId !== '' && { caClusterId: this.clusterId }),
      ...(this.provider !== '' && { caProvider: this.provider }),
      ...(this.roots.length > 0 && { caRoots: this.roots }),
      ...(this.activeRoot !== '' && { caActiveRoot: this.activeRoot }),
      aclTokens: this.counts[17] as number,
      ...(this.accessors.length > 0 && { aclTokenAccessors: this.accessors }),
    };
  }

  private key(size: number): void {
    if (this.keyEnd < 0) throw lacking('A KVS record', 'Key');
    this.onKey?.(this.keyBuffer, this.keyStart, this.keyEnd, size);
    this.keyEnd = -1;
    this.keyBuffer = NOTHING;
  }

  /** Consul writes one record a node, one a service, one a check (fsm/snapshot_ce.go, persistNodes). */
  private registration(): void {
    if (!this.hasNode) throw lacking('A Register record', 'Node');
    if (this.peer) this.imported++;
    else if (this.hasService) {
      this.services++;
      if (this.serviceNames.size < MAX_NAMES) this.serviceNames.add(this.serviceName);
    } else if (this.checksHere > 0) this.checks += this.checksHere;
    else this.nodes++;
    this.hasNode = this.hasService = this.peer = false;
    this.serviceName = '';
    this.checksHere = 0;
  }

  private caRoot(): void {
    if (this.roots.length < MAX_NAMES) this.roots.push(this.root);
    if (this.rootActive) this.activeRoot = this.root;
    this.root = '';
    this.rootActive = false;
  }
}

function lacking(what: string, field: string) {
  return snapshotErrors.badRecord({ message: `${what} of state.bin has no ${field}.` });
}
