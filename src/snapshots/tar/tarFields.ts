/** Bytes of a tar's block: headers are one, contents are filled up to whole ones. */
export const BLOCK = 512;

/**
 * A number of a header: octal digits, or base 256 where the first bit is set (GNU; two's complement).
 *
 * @returns undefined where the field holds no number, or one beyond 2^53
 */
export function numberField(block: Buffer, start: number, length: number): number | undefined {
  const first = block[start] ?? 0;
  if ((first & 0x80) !== 0) return base256(block, start, length);
  let at = start;
  const end = start + length;
  while (at < end && block[at] === 0x20) at++;
  let value = 0;
  for (; at < end; at++) {
    const digit = (block[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  for (; at < end; at++) if (block[at] !== 0 && block[at] !== 0x20) return undefined;
  return Number.isSafeInteger(value) ? value : undefined;
}

function base256(block: Buffer, start: number, length: number): number | undefined {
  const isNegative = block[start] === 0xff;
  if (!isNegative && block[start] !== 0x80) return undefined;
  let value = 0;
  for (let i = start + 1; i < start + length; i++) {
    const byte = block[i] ?? 0;
    value = value * 256 + (isNegative ? 255 - byte : byte);
  }
  if (isNegative) value = -1 - value;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A text of a header up to its NUL: its bytes, one character each. */
export function textField(block: Buffer, start: number, length: number): string {
  const zero = block.indexOf(0, start);
  const end = zero < 0 || zero > start + length ? start + length : zero;
  return block.toString('latin1', start, end);
}

/** Name of a header, with the prefix that only POSIX ustar has; GNU keeps times there. */
export function nameField(block: Buffer): string {
  const name = textField(block, 0, 100);
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? textField(block, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** True when the header matches its own checksum. */
export function isSound(block: Buffer): boolean {
  let sum = 8 * 0x20;
  for (let i = 0; i < 148; i++) sum += block[i] as number;
  for (let i = 156; i < BLOCK; i++) sum += block[i] as number;
  return sum === numberField(block, 148, 8);
}

/** True for a block of zeros; two of them end an archive. */
export function isEmptyBlock(block: Buffer): boolean {
  for (let i = 0; i < BLOCK; i++) if (block[i] !== 0) return false;
  return true;
}

/** Bytes that fill a content up to a whole block. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** The text that bytes stand for, one character each; what is no UTF-8 shows as such. */
export function textOf(bytes: string): string {
  // eslint-disable-next-line no-control-regex
  return /[^\x00-\x7f]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

/**
 * Records of a pax extended header, each `<length> <key>=<value>\n`, the length counting all of itself.
 *
 * @returns undefined where they are malformed
 */
export function paxRecords(bytes: Buffer): { key: string; value: Buffer }[] | undefined {
  const records: { key: string; value: Buffer }[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const digits = space < 0 ? '' : bytes.toString('latin1', at, space);
    const length = /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : NaN;
    const end = at + length - 1;
    if (!(end < bytes.length) || bytes[end] !== 0x0a) return undefined;
    const equals = bytes.indexOf(0x3d, space);
    if (equals < 0 || equals >= end || equals === space + 1) return undefined;
    records.push({
      key: bytes.toString('latin1', space + 1, equals),
      value: bytes.subarray(equals + 1, end),
    });
    at = end + 1;
  }
  return records;
}
