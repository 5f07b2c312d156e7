import type { FileRow } from '../../protocol/archiveMessages';

const TYPE_CHARS: Partial<Record<FileRow['type'], string>> = {
  directory: 'd',
  symlink: 'l',
  character: 'c',
  block: 'b',
  fifo: 'p',
};

/** A mode as `ls` prints it: `drwxr-xr-x`. */
export function modeChars({ type, mode }: Pick<FileRow, 'type' | 'mode'>): string {
  const bits = [0o400, 0o200, 0o100, 0o040, 0o020, 0o010, 0o004, 0o002, 0o001];
  const chars = bits.map((bit, at) => (mode & bit ? 'rwx'.charAt(at % 3) : '-'));
  const special: [number, number, string][] = [
    [0o4000, 2, 's'],
    [0o2000, 5, 's'],
    [0o1000, 8, 't'],
  ];
  for (const [bit, at, char] of special) {
    if (mode & bit) chars[at] = chars[at] === 'x' ? char : char.toUpperCase();
  }
  return (TYPE_CHARS[type] ?? '-') + chars.join('');
}

/** What something in a volume is, for screen readers and where it is no plain file. */
export function typeWord(type: FileRow['type']): string {
  const words: Record<FileRow['type'], string> = {
    file: 'file',
    directory: 'folder',
    symlink: 'symbolic link',
    hardlink: 'hard link',
    character: 'character device',
    block: 'block device',
    fifo: 'pipe',
  };
  return words[type];
}
