import type { PlanLine, PlanQuestion } from '../../core/plan';
import { productName } from '../../snapshots/ucp/layout';
import { compareVersions, isAtLeast, versionParts } from './productImages';
import type { ProductImage } from './productImages';
import type { RestoreFacts } from './restoreFacts';

/** With which image it is restored, and what there is to say of it. */
export interface ImageDecision {
  /** Undefined where the plan blocks. */
  image?: ProductImage;
  /** The product's own check of the version is overridden. */
  force: boolean;
  lines: PlanLine[];
}

type Facts = Pick<RestoreFacts, 'backup' | 'images' | 'answers' | 'accepted' | 'repositoryOf'>;

/** Code that a person may accept, from 3.2 on. */
export const VERSION_DIFFERS = 'ucp.versionDiffers';

/**
 * Whether an image of a version restores a backup of another: up to 3.1 the very same one, from 3.2 on a later patch
 * as well (docker/docs, ee/admin/restore/restore-ucp.md; ee/ucp/admin/backups-and-disaster-recovery.md for 3.0).
 */
export function restores(image: string, backup: string): boolean {
  const [a, b] = [versionParts(image), versionParts(backup)];
  if (a === undefined || b === undefined) return false;
  if (image === backup) return true;
  if (!isAtLeast(backup, 3, 2)) return false;
  return a.major === b.major && a.minor === b.minor && compareVersions(image, backup) > 0;
}

/** Works out which image restores. */
export function decideImage(facts: Facts): ImageDecision {
  const told = facts.backup.version;
  const answered = facts.answers['version']?.trim();
  const version = told ?? answered;
  const asks = told === undefined ? [versionQuestion(facts)] : [];
  if (version === undefined || versionParts(version) === undefined) return unknown(facts, asks);
  const repository = facts.repositoryOf(version);
  if (repository === undefined) return { force: false, lines: [otherProduct(version, asks)] };
  const lines = told === undefined ? [assumed(version, asks)] : [];
  const wanted = facts.answers['image']?.trim();
  const fit = facts.images.filter((image) => restores(image.version, version));
  const exact = fit.find((image) => image.version === version);
  const image =
    wanted === undefined ? (exact ?? fit[0]) : facts.images.find((i) => i.reference === wanted);
  if (image === undefined) {
    return {
      force: false,
      lines: [...lines, missing(facts, version, wanted ?? `${repository}:${version}`)],
    };
  }
  if (restores(image.version, version)) {
    return { image, force: false, lines: [...lines, fits(facts, image, version)] };
  }
  // Only from 3.2 on can the product be told to go on all the same.
  const canForce = isAtLeast(image.version, 3, 2);
  const accepted = canForce && facts.accepted.has(VERSION_DIFFERS);
  const line = differs(facts, image, version, { canForce, accepted });
  return { ...(accepted ? { image } : {}), force: accepted, lines: [...lines, line] };
}

function unknown(facts: Facts, questions: PlanQuestion[]): ImageDecision {
  const line: PlanLine = {
    severity: 'blocker',
    code: 'ucp.versionUnknown',
    title: 'Which version made this backup is not known',
    detail:
      'The archive does not say it, and no manifest lies beside the file. The product restores only its own version. ' +
      (facts.images.length === 0
        ? 'No image of the product is on this engine: pull the one that made the backup.'
        : 'Say which version it was; the product looks for itself as well, and refuses another.'),
    questions,
  };
  return { force: false, lines: [line] };
}

function otherProduct(version: string, questions: PlanQuestion[]): PlanLine {
  return {
    severity: 'blocker',
    code: 'ucp.otherProduct',
    title: `${version} is no version of UCP 2 or 3, or of MKE 3`,
    detail: 'MKE 4 is another product with tools of its own.',
    questions,
  };
}

function versionQuestion({ images, answers }: Facts): PlanQuestion {
  const versions = [...new Set(images.map(({ version }) => version))];
  const only = answers['version'] ?? (versions.length === 1 ? versions[0] : undefined);
  return {
    answer: 'version',
    title: 'Version that made the backup',
    ...(only === undefined ? {} : { value: only }),
    ...(versions.length === 0
      ? {}
      : { options: versions.map((version) => ({ value: version, label: version })) }),
  };
}

function assumed(version: string, questions: PlanQuestion[]): PlanLine {
  return {
    severity: 'warning',
    code: 'ucp.versionUnknown',
    title: `You say that ${productName(version)} ${version} made this backup`,
    detail: 'Nothing here can tell. The product looks for itself and refuses another version.',
    questions,
  };
}

/** Offered where there is something to choose. */
function imageQuestion({ images, answers }: Facts, used?: ProductImage): PlanQuestion[] {
  const value = answers['image'] ?? used?.reference;
  const others = images.filter((image) => image !== used);
  if (others.length === 0) return [];
  return [
    {
      answer: 'image',
      title: 'Image that restores',
      ...(value === undefined ? {} : { value }),
      options: images.map(({ reference }) => ({ value: reference, label: reference })),
    },
  ];
}

function missing(facts: Facts, version: string, reference: string): PlanLine {
  const later = isAtLeast(version, 3, 2) ? ' or a later patch of it' : '';
  return {
    severity: 'blocker',
    code: 'ucp.imageMissing',
    title: `The image ${reference} is not on the engine`,
    detail: `A backup of ${version} is restored by ${version}${later}. On that machine: docker pull ${reference}`,
    questions: imageQuestion(facts),
  };
}

function fits(facts: Facts, image: ProductImage, version: string): PlanLine {
  const questions = imageQuestion(facts, image);
  if (image.version === version) {
    return {
      severity: 'info',
      code: 'ucp.version',
      title: `Restored by ${image.reference}, the version that made the backup`,
      questions,
    };
  }
  return {
    severity: 'warning',
    code: 'ucp.laterPatch',
    title: `The backup is of ${version}, and ${image.reference} restores it`,
    detail: `A later patch may. For the very same version: docker pull ${image.reference.replace(/:[^:]*$/, '')}:${version}`,
    questions,
  };
}

function differs(
  facts: Facts,
  image: ProductImage,
  version: string,
  { canForce, accepted }: { canForce: boolean; accepted: boolean },
): PlanLine {
  const rule = isAtLeast(version, 3, 2)
    ? `A backup of ${version} is restored by the same minor version, at this patch or a later one.`
    : `A backup of ${version} is restored by ${version} alone.`;
  return {
    severity: accepted ? 'warning' : 'blocker',
    code: VERSION_DIFFERS,
    title: `The backup is of ${version}, and ${image.reference} is another version`,
    detail: accepted
      ? `${rule} The product is told to go on all the same (--force).`
      : canForce
        ? `${rule} The product refuses it unless it is forced; what then comes of the data nobody vouches for.`
        : `${rule} The product refuses it.`,
    ...(canForce ? { acceptable: true } : {}),
    questions: imageQuestion(facts, image),
  };
}
