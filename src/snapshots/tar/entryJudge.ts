import { snapshotErrors } from '../snapshotErrors';
import type { TarEntry } from './tarEntry';

/** How much a tar may ask for before it is taken for an attack. */
export interface EntryLimits {
  entries: number;
  /** Links that are kept in mind, so that nothing is written through one. */
  links: number;
  /** Bytes of holes of sparse files together: who puts them back may write zeros. */
  holes: number;
}

export const DEFAULT_LIMITS: EntryLimits = {
  entries: 10_000_000,
  links: 1_000_000,
  holes: 64 * 2 ** 30,
};

/** PATH_MAX and NAME_MAX of Linux. */
const MAX_PATH_BYTES = 4096;
const MAX_NAME_BYTES = 255;

/**
 * Judges the entries of a volume's tar before they are put back. A link that merely points elsewhere is kept, as
 * real volumes have such; what would be written or linked *through* a link never is. An engine's tar has no
 * entry below a link, so the rule needs no guess about where the link leads.
 */
export class EntryJudge {
  private entries = 0;
  private holes = 0;
  private readonly links = new Set<string>();

  /** @param what for messages: `volumes/node1/data` */
  constructor(
    private readonly what: string,
    private readonly limits: EntryLimits = DEFAULT_LIMITS,
  ) {}

  /**
   * Throws `snapshot.escapes`, `snapshot.deviceNode`, `snapshot.badName`, `snapshot.bomb`.
   *
   * @returns the entry's path without empty parts and dots: its bytes, one character each; empty for the top itself
   */
  check(entry: TarEntry): string {
    if (++this.entries > this.limits.entries) {
      throw this.bomb(`has over ${this.limits.entries} entries`);
    }
    this.holes += Math.max(0, entry.size - entry.stored);
    if (this.holes > this.limits.holes) {
      throw this.bomb(`claims sparse files of ${this.holes} bytes that are not in it`);
    }
    const path = this.inside(entry, entry.rawPath, 'its path');
    if (this.links.has(path)) {
      throw this.escapes(entry, 'it would be written over a link of the same name');
    }
    if (entry.type === 'character' || entry.type === 'block') {
      throw snapshotErrors.deviceNode({
        message: `${this.what} holds the device ${shown(entry.path)}.`,
      });
    }
    if (entry.type === 'symlink') this.link(entry, path);
    else if (entry.type === 'hardlink') this.hardLink(entry, path);
    return path;
  }

  private link(entry: TarEntry, path: string): void {
    if (entry.rawLink === '' || entry.rawLink.length >= MAX_PATH_BYTES || hasNul(entry.rawLink)) {
      throw this.badName(entry, 'leads to no possible name');
    }
    this.keep(path);
  }

  private hardLink(entry: TarEntry, path: string): void {
    const target = this.inside(entry, entry.rawLink, 'the file it is a hard link to');
    if (target === '' || path === '') throw this.escapes(entry, 'a hard link to a folder');
    // A second name of a link is a link.
    if (this.links.has(target)) this.keep(path);
  }

  private keep(path: string): void {
    this.links.add(path);
    if (this.links.size > this.limits.links) {
      throw this.bomb(`has over ${this.limits.links} links`);
    }
  }

  /** The path without empty parts and dots. Throws where it leads out, or through a link. */
  private inside(entry: TarEntry, raw: string, which: string): string {
    if (hasNul(raw)) throw this.badName(entry, `${which} holds a NUL`);
    if (raw.length > MAX_PATH_BYTES) throw this.badName(entry, `${which} is too long`);
    if (raw.startsWith('/')) throw this.escapes(entry, `${which} is absolute`);
    let path = '';
    for (const part of raw.split('/')) {
      if (part === '' || part === '.') continue;
      if (part === '..') throw this.escapes(entry, `${which} leads up with ".."`);
      if (part.length > MAX_NAME_BYTES) throw this.badName(entry, `${which} is too long`);
      if (path !== '' && this.links.has(path)) {
        throw this.escapes(entry, `${which} leads through the link ${shown(path)}`);
      }
      path = path === '' ? part : `${path}/${part}`;
    }
    return path;
  }

  private escapes(entry: TarEntry, why: string) {
    return snapshotErrors.escapes({
      message: `${this.what} holds ${shown(entry.path)}: ${why}.`,
    });
  }

  private badName(entry: TarEntry, why: string) {
    return snapshotErrors.badName({
      message: `${this.what} holds ${shown(entry.path)}: ${why}.`,
    });
  }

  private bomb(why: string) {
    return snapshotErrors.bomb({ message: `${this.what} ${why}.` });
  }
}

function hasNul(raw: string): boolean {
  return raw.includes('\0');
}

function shown(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
}
