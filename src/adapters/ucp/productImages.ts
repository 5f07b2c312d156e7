import * as z from 'zod';
import type { RunContext } from '../../core/ports';
import type { DockerEngine } from '../docker/engine';

/** A version of the product, taken apart. */
export interface VersionParts {
  major: number;
  minor: number;
  patch: number;
  /** What stands behind the numbers: `-rc1`. */
  rest: string;
}

/** Takes `3.2.6` apart; undefined for what is no version. */
export function versionParts(version: string): VersionParts | undefined {
  const match = /^(\d{1,4})\.(\d{1,4})\.(\d{1,4})([-+.][\w.+-]{1,40})?$/.exec(version);
  if (match === null) return undefined;
  const [, major, minor, patch, rest = ''] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), rest };
}

/** Whether a version is `major.minor` or newer. */
export function isAtLeast(version: string, major: number, minor: number): boolean {
  const parts = versionParts(version);
  if (parts === undefined) return false;
  return parts.major > major || (parts.major === major && parts.minor >= minor);
}

/**
 * The repository of the image of a version; undefined for another product's.
 *
 * @param image of the entry, where it is another than the vendor's
 */
export function repositoryFor(version: string, image: string | undefined): string | undefined {
  const major = versionParts(version)?.major;
  if (major !== 2 && major !== 3) return undefined;
  return image ?? (isAtLeast(version, 3, 3) ? 'mirantis/ucp' : 'docker/ucp');
}

/** Negative where `one` is older. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [versionParts(one), versionParts(other)];
  if (a === undefined || b === undefined) return one < other ? -1 : one > other ? 1 : 0;
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch || (a.rest < b.rest ? -1 : 1);
}

/** An image of the product that is on an engine. */
export interface ProductImage {
  /** As the engine names it: `docker/ucp:3.2.6`. */
  reference: string;
  version: string;
}

const imagesSchema = z.array(z.looseObject({ RepoTags: z.array(z.string()).nullish() })).nullable();

/**
 * The images of the product on an engine, oldest first.
 *
 * @param repositoryOf the repository in which an image of a version is looked for; undefined for another product's
 */
export async function productImages(
  engine: DockerEngine,
  repositoryOf: (version: string) => string | undefined,
  { signal }: Pick<RunContext, 'signal'>,
): Promise<ProductImage[]> {
  const images = await engine.json(
    '/images/json',
    { purpose: 'list its images', signal },
    imagesSchema,
  );
  const references = (images ?? []).flatMap(({ RepoTags }) => RepoTags ?? []);
  return references
    .flatMap((reference) => {
      // A registry may have a port.
      const at = reference.lastIndexOf(':');
      const version = reference.slice(at + 1);
      const isOurs =
        versionParts(version) !== undefined && repositoryOf(version) === reference.slice(0, at);
      return isOurs ? [{ reference, version }] : [];
    })
    .sort((a, b) => compareVersions(a.version, b.version));
}
