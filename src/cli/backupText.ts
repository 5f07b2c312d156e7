import type { Backup, Manifest } from '../core/model';
import type { FoundBackup } from './backups';
import { heldBy } from './policyFacts';
import type { PolicyFacts } from './policyFacts';
import { fields, table } from './table';
import { ageText, bytesText, timeText } from './words';

/** A backup as `--json` has it. Fields may be added, never changed. */
export interface BackupDocument {
  manifest: Manifest;
  path: string;
  vault: string;
  state: Backup['state'];
  /** What the policy of its cluster says of it, where it has one. */
  policy?: PolicyFacts;
}

export function backupDocument(
  { backup, vault }: FoundBackup,
  policy?: PolicyFacts,
): BackupDocument {
  const { manifest, path, state } = backup;
  return { manifest, path, vault, state, ...(policy === undefined ? {} : { policy }) };
}

/**
 * The table of `list`.
 *
 * @param facts by id; where a policy or a pin holds any of them, a column says so
 */
export function backupTable(
  found: readonly FoundBackup[],
  now: Date,
  facts: ReadonlyMap<string, PolicyFacts> = new Map(),
): string {
  const isHeld = facts.size > 0 || found.some(({ backup }) => backup.manifest.pin === true);
  return table(
    [
      { title: 'ID' },
      { title: 'CLUSTER' },
      { title: 'CREATED' },
      { title: 'AGE' },
      { title: 'SIZE', align: 'right' },
      { title: 'INDEX', align: 'right' },
      { title: 'MODE' },
      { title: 'ENCRYPTED' },
      { title: 'VERIFIED' },
      ...(isHeld ? [{ title: 'HELD BY' }] : []),
      { title: 'LABEL' },
    ],
    found.map(({ backup }) => {
      const m = backup.manifest;
      return [
        m.id,
        m.cluster,
        timeText(m.created),
        ageText(m.created, now),
        bytesText(m.bytes),
        m.snapshot?.index === undefined ? '-' : String(m.snapshot.index),
        m.mode ?? '-',
        encryptionText(m),
        backup.state === 'missing' ? 'FILE MISSING' : verifiedText(m, facts.get(m.id)),
        ...(isHeld ? [heldBy(backup, facts.get(m.id))] : []),
        m.label ?? (m.origin.kind === 'manual' ? '' : `(${m.origin.kind})`),
      ];
    }),
  );
}

/** All that is known of one backup. */
export function backupDetails(
  { backup, vault }: FoundBackup,
  now: Date,
  policy?: PolicyFacts,
): string {
  const m = backup.manifest;
  const { schedule, kind } = m.origin;
  return fields([
    ['ID', m.id],
    ['Cluster', m.cluster],
    ['System', [m.system.kind, m.system.version].filter(Boolean).join(' ')],
    ['File', backup.path + (backup.state === 'missing' ? '  (MISSING)' : '')],
    ['Vault', vault],
    ['Label', m.label],
    ['Origin', schedule === undefined ? kind : `${kind} "${schedule}"`],
    ['Mode', m.mode],
    ['Created', `${timeText(m.created)} (${ageText(m.created, now)})`],
    ['Finished', timeText(m.finished)],
    ['Size', `${bytesText(m.bytes)} (${m.bytes} bytes)`],
    [
      'Encrypted',
      encryptionText(m) + (m.encryption.keyIds ? ` for ${m.encryption.keyIds.join(', ')}` : ''),
    ],
    ['SHA-256', m.sha256.stored],
    ['of content', m.sha256.content === m.sha256.stored ? undefined : m.sha256.content],
    ['Snapshot', m.snapshot?.id],
    ['Index', numberText(m.snapshot?.index)],
    ['Term', numberText(m.snapshot?.term)],
    ['Content', m.snapshot?.size === undefined ? undefined : bytesText(m.snapshot.size)],
    ['Verified', m.verification === undefined ? 'never' : verificationText(m.verification, now)],
    ['Drill', m.drill === undefined ? undefined : verificationText(m.drill, now)],
    ['Check', policy?.checkOverdue === true ? 'OVERDUE by the policy' : undefined],
    ['Pinned', m.pin ? 'yes' : undefined],
    ['Policy', policy === undefined ? undefined : policyText(policy)],
    ...(m.notes ?? []).map((note) => ['Note', note] as const),
    ...Object.entries(m.counts ?? {}).map(([name, n]) => [name, String(n)] as const),
  ]);
}

export function encryptionText(manifest: Manifest): string {
  return { none: 'no', passphrase: 'passphrase', openpgp: 'OpenPGP' }[manifest.encryption.kind];
}

function verifiedText({ verification }: Manifest, policy: PolicyFacts | undefined): string {
  if (verification?.result === 'damaged') return 'DAMAGED';
  const word = { whole: 'ok', stored: 'stored bytes' }[verification?.of ?? 'whole'];
  const late = policy?.checkOverdue === true ? ', overdue' : '';
  return (verification === undefined ? 'never' : word) + late;
}

function policyText({ keep, why }: PolicyFacts): string {
  return `${keep ? 'stays' : 'goes with the next prune'}: ${why}`;
}

function verificationText(v: NonNullable<Manifest['verification']>, now: Date): string {
  const when = `${timeText(v.at)} (${ageText(v.at, now)})`;
  return v.result === 'ok'
    ? `${v.of === 'stored' ? 'stored bytes ok' : 'ok'}, ${when}`
    : `DAMAGED, ${when}: ${v.message ?? ''} [${v.code ?? ''}]`;
}

function numberText(n: number | undefined): string | undefined {
  return n === undefined ? undefined : String(n);
}
