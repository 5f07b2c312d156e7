import type { TarEntry, TarEntryType } from './tarEntry';
import { nameField, numberField, paxRecords, textField, textOf } from './tarFields';

const TYPES: Readonly<Record<string, TarEntryType>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
  S: 'file',
};

const XATTR = 'SCHILY.xattr.';
/** What a global header may say without changing what follows. */
const HARMLESS = /^(comment|mtime|atime|ctime|uname|gname)$/;

/** What stands before an entry and belongs to it: pax records, GNU's long names. */
export class Extensions {
  /** Of their contents. */
  bytes = 0;
  private type = '';
  private longName: string | undefined;
  private longLink: string | undefined;
  private readonly records = new Map<string, Buffer>();

  /** True for the type flags of headers that only speak of the next one, or of all. */
  static isExtension(type: string): boolean {
    return type === 'x' || type === 'g' || type === 'L' || type === 'K';
  }

  get isEmpty(): boolean {
    return this.bytes === 0;
  }

  begin(type: string, size: number): void {
    this.type = type;
    this.bytes += size;
  }

  /** Takes a whole extension; says what is wrong with it. */
  end(content: Buffer): string | undefined {
    if (this.type === 'L') this.longName = textField(content, 0, content.length);
    else if (this.type === 'K') this.longLink = textField(content, 0, content.length);
    else {
      const records = paxRecords(content);
      if (records === undefined) return 'an extended header is malformed';
      for (const { key, value } of records) {
        if (this.type === 'x') this.records.set(key, value);
        else if (!HARMLESS.test(key)) return `a global header sets ${JSON.stringify(key)}`;
      }
    }
    return undefined;
  }

  /** The text of a record, one character a byte. */
  text(key: string): string | undefined {
    return this.records.get(key)?.toString('latin1');
  }

  /** A whole number of a record; NaN where it is none, undefined where there is no such record. */
  count(key: string): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    return Number.isSafeInteger(value) ? value : NaN;
  }

  get path(): string | undefined {
    return this.text('GNU.sparse.name') ?? this.text('path') ?? this.longName;
  }

  get link(): string | undefined {
    return this.text('linkpath') ?? this.longLink;
  }

  get xattrs(): ReadonlyMap<string, Buffer> | undefined {
    let found: Map<string, Buffer> | undefined;
    for (const [key, value] of this.records) {
      if (!key.startsWith(XATTR)) continue;
      (found ??= new Map<string, Buffer>()).set(textOf(key.slice(XATTR.length)), value);
    }
    return found;
  }
}

/** The entry that a header and what stands before it describe, or what is wrong with it. */
export function entryOf(block: Buffer, extensions: Extensions): TarEntry | string {
  const flag = String.fromCharCode(block[156] ?? 0);
  const kind = TYPES[flag];
  if (kind === undefined) return `an entry of the unknown type ${JSON.stringify(flag)}`;
  const rawPath = extensions.path ?? nameField(block);
  if (rawPath === '') return 'an entry has no name';
  // Before POSIX a folder was told by its slash.
  const isFolder = kind === 'file' && flag !== 'S' && rawPath.endsWith('/');
  const type = isFolder ? 'directory' : kind;
  const stored = extensions.count('size') ?? numberField(block, 124, 12) ?? NaN;
  const numbers = {
    stored,
    size: realSize(flag, block, extensions) ?? stored,
    mode: numberField(block, 100, 8) ?? NaN,
    uid: extensions.count('uid') ?? numberField(block, 108, 8) ?? NaN,
    gid: extensions.count('gid') ?? numberField(block, 116, 8) ?? NaN,
    mtime: timeOf(extensions.text('mtime')) ?? numberField(block, 136, 12) ?? NaN,
  };
  if (Object.values(numbers).some((n) => Number.isNaN(n)) || numbers.size < 0 || stored < 0) {
    return 'a header holds a number that is none';
  }
  // Readers disagree on whether content follows these, so none may.
  if (type !== 'file' && stored > 0) return `a ${type} has content`;
  const rawLink =
    type === 'symlink' || type === 'hardlink'
      ? (extensions.link ?? textField(block, 157, 100))
      : '';
  const { xattrs } = extensions;
  return {
    path: textOf(rawPath),
    rawPath,
    type,
    ...numbers,
    linkname: textOf(rawLink),
    rawLink,
    ...(xattrs === undefined ? {} : { xattrs }),
  };
}

/** Of a sparse file, in GNU's old and new forms. */
function realSize(flag: string, block: Buffer, extensions: Extensions): number | undefined {
  if (flag === 'S') return numberField(block, 483, 12) ?? NaN;
  return extensions.count('GNU.sparse.realsize') ?? extensions.count('GNU.sparse.size');
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^-?\d{1,15}(\.\d*)?$/.test(text) ? Number(text) : NaN;
}
