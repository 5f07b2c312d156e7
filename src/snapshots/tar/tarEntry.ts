/** What an entry of a tar is. */
export type TarEntryType =
  'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo';

/** An entry of a tar, with all that its headers say together. */
export interface TarEntry {
  /** As it stands there; a folder's ends with a slash. */
  path: string;
  /** The path's bytes, one character each: for comparing, where not every name is UTF-8. */
  rawPath: string;
  type: TarEntryType;
  /** Bytes of the file once it is put back; a sparse one's holes count. */
  size: number;
  /** Bytes of content in the archive. */
  stored: number;
  mode: number;
  uid: number;
  gid: number;
  /** Seconds since 1970, with a fraction where the archive has one. */
  mtime: number;
  /** Where a link leads; empty for others. */
  linkname: string;
  rawLink: string;
  /** Extended attributes by name. */
  xattrs?: ReadonlyMap<string, Buffer>;
}
