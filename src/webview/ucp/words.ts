import { expiryState, NODE_KEY, SERVER_KEY } from '../../snapshots/ucp/layout';
import type { UcpCertificate, UcpRule } from '../../snapshots/ucp/layout';
import type { OtherKind, ShownUcpArchive } from '../../protocol/ucpMessages';
import { ageText, counted, countText, spanText } from '../shared/format';

/** The outcome of verification in an icon and words; the icon never says more than the words. */
export function verdict({ verification, error, rule }: ShownUcpArchive): {
  tone: 'good' | 'bad';
  icon: string;
  title: string;
  text: string;
} {
  if (verification.result === 'ok') {
    return {
      tone: 'good',
      icon: 'pass-filled',
      title: 'Verified',
      text: `The archive is whole, every entry was read, and the vendor’s rule of a sound backup holds: ${countText(rule.files)} files of at least ${countText(rule.needed)}, ${rule.id === 'older' ? 'the keys of controller and node' : 'the controller’s server key'} among them.`,
    };
  }
  const titles: Readonly<Record<string, string>> = {
    'snapshot.notUcp': 'Not a backup of UCP or MKE',
    'snapshot.truncated': 'Cut short',
    'snapshot.ucpUnsound': 'Whole, but not a sound backup',
  };
  return {
    tone: 'bad',
    icon: 'error',
    title: titles[error?.code ?? ''] ?? 'Damaged',
    text: error?.message ?? verification.message ?? 'The archive is not whole.',
  };
}

/** A cluster takes a whole and sound archive only. */
export function isRestorable({ verification }: ShownUcpArchive): boolean {
  return verification.result === 'ok';
}

/** For a damaged file: how far its reading got. */
export function readable({ volumes, rule, certificates }: ShownUcpArchive): string {
  if (volumes.length === 0) return 'nothing';
  const whole = volumes.filter((volume) => volume.whole).length;
  return [
    `${countText(whole)} of ${counted(volumes.length, 'volume')} whole`,
    counted(rule.files, 'file'),
    counted(certificates.length, 'certificate'),
  ].join(', ');
}

/** The kind of file it is instead, where another editor of ours shows that. */
export function otherKind({ found, error }: ShownUcpArchive): OtherKind | undefined {
  if (error?.code !== 'snapshot.notUcp') return undefined;
  switch (found) {
    case 'swarm':
      return 'swarm';
    case 'consul':
    case 'nomad':
    case 'vault':
    case 'raft':
    case 'consulState':
    case 'nomadState':
    case 'vaultState':
      return 'snapshot';
    default:
      return undefined;
  }
}

/** The figures that tell a person at a glance what it holds. */
export function highlights({ volumes, rule, certificates }: ShownUcpArchive, now: Date) {
  const state = (wanted: string) =>
    certificates.filter(({ notAfter }) => expiryState(notAfter, now) === wanted).length;
  const figures: [number, string, string][] = [
    [volumes.length, 'volume', 'volumes'],
    [rule.files, 'file', 'files'],
    [certificates.length, 'certificate', 'certificates'],
    [state('expired'), 'of them expired', 'of them expired'],
    [state('soon'), 'of them expires soon', 'of them expire soon'],
  ];
  return figures.flatMap(([count, one, many]): [number, string][] =>
    count === 0 ? [] : [[count, count === 1 ? one : many]],
  );
}

/** One thing that a rule asks for. */
export interface Condition {
  /** `open`: it may have been in what could not be read. */
  state: 'holds' | 'fails' | 'open';
  title: string;
  /** What was found. */
  found: string;
}

/** What the vendor's rule asks for, each with what was found. @param isWhole all of the archive was read */
export function conditions({ id, files, needed, missing }: UcpRule, isWhole: boolean): Condition[] {
  const state = (holds: boolean) => (holds ? 'holds' : isWhole ? 'fails' : 'open');
  const key = (path: string, title: string): Condition => {
    const holds = !missing.includes(path);
    const lost = isWhole ? 'missing or empty' : 'not in what could be read';
    return { state: state(holds), title: `${title}, ${path}`, found: holds ? 'there' : lost };
  };
  return [
    {
      state: state(files >= needed),
      title: `At least ${counted(needed, 'file')}`,
      found: counted(files, 'file') + (isWhole ? '' : ' so far'),
    },
    key(SERVER_KEY, 'The controller’s server key'),
    ...(id === 'older' ? [key(NODE_KEY, 'The node’s key')] : []),
  ];
}

/** Also of one that is whole and not sound. */
export function isReadWhole({ verification }: ShownUcpArchive): boolean {
  return verification.result === 'ok' || verification.code === 'snapshot.ucpUnsound';
}

export function ruleOf({ id }: UcpRule): string {
  return id === 'older'
    ? 'As documented for UCP up to 3.1: it holds the volumes that only those versions back up.'
    : 'As documented for UCP 3.2 and later, and for MKE.';
}

/** When a certificate ends, in an icon and words: never in a colour alone. */
export function expiry(
  { notAfter }: Pick<UcpCertificate, 'notAfter'>,
  now: Date,
): { state: 'expired' | 'soon' | 'later'; icon: string; text: string } {
  const state = expiryState(notAfter, now);
  if (state === 'expired') {
    return { state, icon: 'error', text: `Expired ${ageText(notAfter, now.getTime())}` };
  }
  const left = spanText((Date.parse(notAfter) - now.getTime()) / 1000);
  return state === 'soon'
    ? { state, icon: 'warning', text: `Expires soon, in ${left}` }
    : { state, icon: 'pass', text: `Valid for ${left}` };
}

/** All that can be searched for in a certificate, in lower case. */
export function certificateText({ path, subject, issuer, names }: UcpCertificate): string {
  return [path, subject, issuer, ...names].join('\n').toLowerCase();
}

const SOURCES: Readonly<Record<string, string>> = {
  node: 'Taken on manager',
  address: 'Its address',
  instance: 'Instance (swarm)',
};

/** What the manifest says of where it was taken, with titles. */
export function sourceFacts(source: Readonly<Record<string, string>> = {}): [string, string][] {
  return Object.entries(source).map(([name, value]) => [
    SOURCES[name] ?? name.charAt(0).toUpperCase() + name.slice(1),
    value,
  ]);
}
