import type { TarEntry, TarEntryType } from './tarEntry';

/** A file or folder of a volume. */
export interface FileRow {
  name: string;
  type: TarEntryType;
  /** Bytes; of a folder, of all files in it. */
  size: number;
  /** Files in a folder, at any depth; 0 for others. */
  files: number;
  mode: number;
  uid: number;
  gid: number;
  /** Seconds since 1970. */
  mtime: number;
  /** Where a link leads. */
  link?: string;
}

export interface FileQuery {
  /** Parts between slashes; empty for the top. */
  path: string;
  /** Rows to leave out before the first. */
  from: number;
  /** Rows at most. */
  limit: number;
  /**
   * Only what has this in its path below the folder, whatever its case, at any depth: rows are named by that path
   * then.
   */
  filter?: string | undefined;
  /** Folders first, then by name, where left out. Folders stay first when sorted by name. */
  sort?: FileSort | undefined;
}

export interface FileSort {
  by: 'name' | 'size' | 'mtime';
  descending: boolean;
}

const TYPES: readonly TarEntryType[] = [
  'file',
  'directory',
  'symlink',
  'hardlink',
  'character',
  'block',
  'fifo',
];
const DIRECTORY = TYPES.indexOf('directory');
const NONE = -1;
/** Entries that are kept; of a volume with more, the rest is only counted. */
const MAX_ENTRIES = 4_000_000;
const MAX_NAME_BYTES = 1 << 30;

/**
 * The files of a volume in little memory: columns of numbers and one buffer of names, about 50 bytes and the name for
 * each. Children are sorted when they are asked for.
 */
export class FileIndex {
  /** Entries that did not fit. */
  left = 0;
  private count = 0;
  private names = Buffer.alloc(4096);
  private nameFill = 0;
  private nameAt = new Uint32Array(64);
  private parents = new Int32Array(64);
  private firstChild = new Int32Array(64);
  private nextSibling = new Int32Array(64);
  private types = new Uint8Array(64);
  private modes = new Uint16Array(64);
  private uids = new Uint32Array(64);
  private gids = new Uint32Array(64);
  private mtimes = new Float64Array(64);
  private sizes = new Float64Array(64);
  private files = new Uint32Array(64);
  private readonly folders = new Map<string, number>();
  private readonly links = new Map<number, string>();
  /** The last answer in order: paging asks for it again and again. */
  private sorted: { of: string; rows: Uint32Array } | undefined;

  constructor(private readonly most = MAX_ENTRIES) {
    this.node('', NONE, DIRECTORY);
  }

  /** Takes an entry; folders that it lies in and that did not come are made up. */
  add(entry: TarEntry): void {
    const parts = entry.path.split('/').filter((part) => part !== '' && part !== '.');
    const name = parts.pop();
    const isFolder = entry.type === 'directory';
    if (this.count + parts.length >= this.most || this.nameFill > MAX_NAME_BYTES) {
      this.left++;
      return;
    }
    let parent = 0;
    for (const part of parts) parent = this.folder(parent, part);
    const id =
      name === undefined
        ? 0
        : isFolder
          ? this.folder(parent, name)
          : this.node(name, parent, TYPES.indexOf(entry.type));
    this.modes[id] = entry.mode & 0xffff;
    this.uids[id] = entry.uid;
    this.gids[id] = entry.gid;
    this.mtimes[id] = entry.mtime;
    if (entry.linkname !== '') this.links.set(id, entry.linkname);
    if (entry.type !== 'file') return;
    this.sizes[id] = entry.size;
    for (let up = parent; up !== NONE; up = this.parents[up] as number) {
      this.sizes[up] = (this.sizes[up] as number) + entry.size;
      this.files[up] = (this.files[up] as number) + 1;
    }
  }

  /** What is in a folder. */
  query({ path, from, limit, filter = '', sort }: FileQuery): { rows: FileRow[]; total: number } {
    let folder: number | undefined = 0;
    for (const part of path.split('/')) {
      if (part !== '' && folder !== undefined) folder = this.folders.get(`${folder}/${part}`);
    }
    if (folder === undefined) return { rows: [], total: 0 };
    const ids = this.children(folder, filter.toLowerCase(), sort);
    const top = folder;
    const rows = Array.from(ids.subarray(from, from + limit), (id) => ({
      ...this.row(id),
      ...(filter === '' ? {} : { name: this.pathOf(id, top) ?? '' }),
    }));
    return { rows, total: ids.length };
  }

  private children(
    folder: number,
    filter: string,
    { by, descending }: FileSort = { by: 'name', descending: false },
  ): Uint32Array {
    const of = JSON.stringify([this.count, folder, by, descending, filter]);
    if (this.sorted?.of === of) return this.sorted.rows;
    const found: { id: number; name: string; rank: number }[] = [];
    const take = (id: number, name: string): void => {
      found.push({ id, name, rank: this.rank(id, by) });
    };
    const way = descending ? -1 : 1;
    const rankWay = by === 'name' ? 1 : way;
    if (filter === '') {
      for (let id = this.firstChild[folder] as number; id !== NONE;) {
        take(id, this.nameOf(id));
        id = this.nextSibling[id] as number;
      }
    } else {
      for (let id = 1; id < this.count; id++) {
        const path = this.pathOf(id, folder);
        if (path?.toLowerCase().includes(filter)) take(id, path);
      }
    }
    found.sort(
      (a, b) => (a.rank - b.rank) * rankWay || (a.name < b.name ? -way : a.name > b.name ? way : 0),
    );
    const rows = Uint32Array.from(found, ({ id }) => id);
    this.sorted = { of, rows };
    return rows;
  }

  /** What comes before the name where it is sorted. */
  private rank(id: number, by: FileSort['by']): number {
    if (by === 'name') return this.types[id] === DIRECTORY ? 0 : 1;
    return (by === 'size' ? this.sizes[id] : this.mtimes[id]) as number;
  }

  /** Path of a node below a folder; undefined for what is not in it. */
  private pathOf(id: number, folder: number): string | undefined {
    let path = this.nameOf(id);
    for (let up = this.parents[id] as number; up !== folder; up = this.parents[up] as number) {
      if (up === NONE) return undefined;
      path = `${this.nameOf(up)}/${path}`;
    }
    return path;
  }

  private row(id: number): FileRow {
    const link = this.links.get(id);
    return {
      name: this.nameOf(id),
      type: TYPES[this.types[id] as number] ?? 'file',
      size: this.sizes[id] as number,
      files: this.files[id] as number,
      mode: this.modes[id] as number,
      uid: this.uids[id] as number,
      gid: this.gids[id] as number,
      mtime: this.mtimes[id] as number,
      ...(link === undefined ? {} : { link }),
    };
  }

  private folder(parent: number, name: string): number {
    const key = `${parent}/${name}`;
    const known = this.folders.get(key);
    if (known !== undefined) return known;
    const id = this.node(name, parent, DIRECTORY);
    this.folders.set(key, id);
    return id;
  }

  private node(name: string, parent: number, type: number): number {
    if (this.count === this.types.length) this.grow();
    const id = this.count++;
    const bytes = Buffer.byteLength(name);
    while (this.nameFill + bytes > this.names.length) {
      this.names = Buffer.concat([this.names], this.names.length * 2);
    }
    this.nameAt[id] = this.nameFill;
    this.nameFill += this.names.write(name, this.nameFill);
    this.parents[id] = parent;
    this.types[id] = type;
    this.firstChild[id] = NONE;
    this.nextSibling[id] = NONE;
    if (parent !== NONE) {
      this.nextSibling[id] = this.firstChild[parent] as number;
      this.firstChild[parent] = id;
    }
    return id;
  }

  private nameOf(id: number): string {
    const end = id + 1 < this.count ? this.nameAt[id + 1] : this.nameFill;
    return this.names.toString('utf8', this.nameAt[id], end);
  }

  private grow(): void {
    const more = <T extends { length: number; set(from: T): void }>(
      Column: new (length: number) => T,
      old: T,
    ): T => {
      const column = new Column(old.length * 2);
      column.set(old);
      return column;
    };
    this.nameAt = more(Uint32Array, this.nameAt);
    this.parents = more(Int32Array, this.parents);
    this.firstChild = more(Int32Array, this.firstChild);
    this.nextSibling = more(Int32Array, this.nextSibling);
    this.types = more(Uint8Array, this.types);
    this.modes = more(Uint16Array, this.modes);
    this.uids = more(Uint32Array, this.uids);
    this.gids = more(Uint32Array, this.gids);
    this.mtimes = more(Float64Array, this.mtimes);
    this.sizes = more(Float64Array, this.sizes);
    this.files = more(Uint32Array, this.files);
  }
}
