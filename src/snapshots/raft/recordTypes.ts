/** A kind of record in a Consul snapshot (hashicorp/consul agent/structs/structs.go, MessageType). */
export interface RecordType {
  id: number;
  name: string;
  /** First Consul version that reads it; absent: always known. */
  since?: string;
  /** First Consul version that no longer reads it. */
  removed?: string;
  /** Its content holds a credential or a private key in clear. */
  sensitive?: true;
}

const TYPES: readonly RecordType[] = [
  { id: 0, name: 'Register' },
  { id: 1, name: 'Deregister' },
  { id: 2, name: 'KVS', sensitive: true },
  { id: 3, name: 'Session' },
  { id: 4, name: 'ACL', removed: '1.11', sensitive: true },
  { id: 5, name: 'Tombstone' },
  { id: 6, name: 'CoordinateBatchUpdate' },
  { id: 7, name: 'PreparedQuery', sensitive: true },
  { id: 8, name: 'Txn' },
  { id: 9, name: 'Autopilot' },
  { id: 10, name: 'Area' },
  { id: 11, name: 'ACLBootstrap' },
  { id: 12, name: 'Intention' },
  { id: 13, name: 'ConnectCA', since: '1.2' },
  { id: 14, name: 'ConnectCAProviderState', since: '1.2', sensitive: true },
  { id: 15, name: 'ConnectCAConfig', since: '1.2', sensitive: true },
  { id: 16, name: 'Index' },
  { id: 17, name: 'ACLToken', since: '1.4', sensitive: true },
  { id: 18, name: 'ACLTokenDelete', since: '1.4' },
  { id: 19, name: 'ACLPolicy', since: '1.4' },
  { id: 20, name: 'ACLPolicyDelete', since: '1.4' },
  { id: 21, name: 'ConnectCALeaf', since: '1.4' },
  { id: 22, name: 'ConfigEntry', since: '1.5' },
  { id: 23, name: 'ACLRole', since: '1.5' },
  { id: 24, name: 'ACLRoleDelete', since: '1.5' },
  { id: 25, name: 'ACLBindingRule', since: '1.5' },
  { id: 26, name: 'ACLBindingRuleDelete', since: '1.5' },
  { id: 27, name: 'ACLAuthMethod', since: '1.5', sensitive: true },
  { id: 28, name: 'ACLAuthMethodDelete', since: '1.5' },
  { id: 29, name: 'ChunkingState', since: '1.6' },
  { id: 30, name: 'FederationState', since: '1.8' },
  { id: 31, name: 'SystemMetadata', since: '1.9' },
  { id: 32, name: 'ServiceVirtualIP', since: '1.11' },
  { id: 33, name: 'FreeVirtualIP', since: '1.11' },
  { id: 34, name: 'KindServiceName', since: '1.11' },
  { id: 35, name: 'Peering', since: '1.13' },
  { id: 36, name: 'PeeringDelete', since: '1.13' },
  // Consul itself has no name for 37 (PeeringTerminateByID); it never stands in a snapshot.
  { id: 37, name: 'Unknown(37)', since: '1.13' },
  { id: 38, name: 'PeeringTrustBundle', since: '1.13' },
  { id: 39, name: 'PeeringTrustBundleDelete', since: '1.13' },
  { id: 40, name: 'PeeringSecret', since: '1.13', sensitive: true },
  { id: 41, name: 'RaftLogVerifierCheckpoint', since: '1.15' },
  { id: 42, name: 'Resource', since: '1.16' },
  { id: 43, name: 'UpdateManualVirtualIPRequestType', since: '1.16' },
  { id: 45, name: 'FeatureGate', since: '2.0' },
];

/** Enterprise keeps its record types from here on; the open edition refuses to restore them. */
export const FIRST_ENTERPRISE_TYPE = 64;

export const KVS = 2;
export const REGISTER = 0;

const byId = new Map(TYPES.map((type) => [type.id, type]));
const byName = new Map(TYPES.map((type) => [type.name, type]));

/** Name as `consul snapshot inspect` prints it; `Unknown(n)` where Consul has none. */
export function recordTypeName(id: number): string {
  return byId.get(id)?.name ?? `Unknown(${id})`;
}

/** What is known of a type by its printed name. */
export function recordTypeByName(name: string): RecordType | undefined {
  return byName.get(name);
}

/** Numeric type of a printed name; undefined for a name that is neither known nor `Unknown(n)`. */
export function recordTypeId(name: string): number | undefined {
  const known = byName.get(name)?.id;
  if (known !== undefined) return known;
  const unknown = /^Unknown\((\d{1,3})\)$/.exec(name)?.[1];
  return unknown === undefined ? undefined : Number(unknown);
}

/** True for records that only Consul Enterprise reads. */
export function isEnterpriseType(name: string): boolean {
  return (recordTypeId(name) ?? 0) >= FIRST_ENTERPRISE_TYPE;
}

/**
 * Of these record types, the ones that a Consul server of that version can't restore
 * (it stops with "Unrecognized msg type"). Types nobody knows count as unknown to every version.
 *
 * @param version target's version, e.g. `1.8.7`, `v1.16.4+ent`; Enterprise is recognised by `+ent`
 * @param names printed names of the record types in the snapshot
 */
export function typesUnknownTo(version: string, names: Iterable<string>): string[] {
  const enterprise = /[+-]ent\b/.test(version);
  return [...names].filter((name) => {
    const type = byName.get(name);
    if (type === undefined) return !(enterprise && isEnterpriseType(name));
    if (type.since !== undefined && compareVersions(version, type.since) < 0) return true;
    return type.removed !== undefined && compareVersions(version, type.removed) >= 0;
  });
}

/** Compares the first two numbers: record types come with minor releases. */
function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = numbersOf(a);
  const [bMajor = 0, bMinor = 0] = numbersOf(b);
  return aMajor - bMajor || aMinor - bMinor;
}

function numbersOf(version: string): number[] {
  return (version.match(/\d+/g) ?? []).slice(0, 2).map(Number);
}
