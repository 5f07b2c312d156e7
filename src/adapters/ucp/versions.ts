import { coreErrors } from '../../core/errors';
import { productTitle } from '../../snapshots/ucp/layout';
import type { UcpRule } from '../../snapshots/ucp/layout';
import { ucpErrors } from './errors';

/** A version of UCP or MKE, and what follows from it for its command line. */
export interface UcpVersion {
  /** As the controller's label says: `3.2.5`. */
  text: string;
  major: number;
  minor: number;
  /** `Docker UCP 3.2.5`, `Mirantis MKE 3.8.1`. */
  title: string;
  /** Repository of its image. */
  repository: string;
  /** With its tag. */
  image: string;
  /** Its `backup` asks for `--id`, which later ones do not know. */
  takesId: boolean;
  /** Its `backup` stops the product's containers on that manager meanwhile. */
  stops: boolean;
  /** Its `backup` asks for one of `--passphrase` and `--no-passphrase`; backups over the HTTP API are there as well. */
  choosesPassphrase: boolean;
  /** Fewest characters of a passphrase. */
  passphraseLength: number;
  /** Which rule of a sound backup holds for it. */
  rule: UcpRule['id'];
  /** False for a version that nobody has described when this was written. */
  described: boolean;
}

/**
 * What is known of a version: docker/docs datacenter/ucp/2.1 and 2.2 reference/cli/backup.md, reference/ucp/3.0 to 3.2
 * cli/backup.md, docs.mirantis.com/mke/3.8/cli-ref/mke-cli-backup.html.
 *
 * @param text as the controller's label `com.docker.ucp.version` says
 * @param image repository of its image, where it is another than the vendor's
 * @throws `ucp.otherProduct` for MKE 4 and later, `ucp.tooOld` before 2.0, `ucp.unknownVersion` for what is no version
 */
export function versionOf(text: string, image?: string): UcpVersion {
  const [, majorText = '', minorText = ''] = /^v?(\d{1,4})\.(\d{1,4})(?:[.+-]|$)/.exec(text) ?? [];
  if (majorText === '' || !/^[A-Za-z0-9_.+-]{1,64}$/.test(text)) {
    throw ucpErrors.unknownVersion({
      message: `"${text.slice(0, 64)}" is no version of UCP or MKE.`,
    });
  }
  const [major, minor] = [Number(majorText), Number(minorText)];
  const plain = text.replace(/^v/, '');
  if (major >= 4) {
    throw ucpErrors.otherProduct({
      message: `MKE ${plain} is another product than MKE 3: it has no "backup" command in a container.`,
    });
  }
  if (major < 2) {
    throw ucpErrors.tooOld({ message: `UCP ${plain} is older than 2.0.` });
  }
  const from = (wantedMajor: number, wantedMinor: number) =>
    major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  const isMke = from(3, 3);
  const repository = image ?? (isMke ? 'mirantis/ucp' : 'docker/ucp');
  return {
    text: plain,
    major,
    minor,
    title: productTitle(plain),
    repository,
    image: `${repository}:${plain}`,
    takesId: !from(3, 2),
    stops: !from(3, 2),
    choosesPassphrase: from(3, 2),
    passphraseLength: from(3, 0) ? 12 : 1,
    rule: from(3, 2) ? 'current' : 'older',
    described: !from(3, 9),
  };
}

/**
 * Options of the product's `backup`, which writes the archive to standard output.
 *
 * @param instance id of the instance: the swarm's
 * @throws `ucp.passphraseTooShort`, before anything runs
 */
export function backupArguments(
  version: UcpVersion,
  { instance, passphrase }: { instance: string | undefined; passphrase: string | undefined },
): string[] {
  if (passphrase !== undefined) checkPassphrase(version, passphrase);
  if (version.takesId && instance === undefined) {
    throw coreErrors.unexpected({ message: `The instance of ${version.title} is not known.` });
  }
  return [
    '--jsonlog',
    ...(version.takesId && instance !== undefined ? ['--id', instance] : []),
    ...(passphrase !== undefined
      ? ['--passphrase', passphrase]
      : version.choosesPassphrase
        ? ['--no-passphrase']
        : []),
  ];
}

/** @throws `ucp.passphraseTooShort` */
export function checkPassphrase(version: UcpVersion, passphrase: string): void {
  if (Array.from(passphrase).length >= version.passphraseLength) return;
  throw ucpErrors.passphraseTooShort({
    message: `The passphrase has fewer than ${version.passphraseLength} character${version.passphraseLength === 1 ? '' : 's'}, and ${version.title} takes no shorter one.`,
  });
}
