/**
 * A part of a whole, evenly spread over keys and moments and always the same for the same, so that two agents, and one
 * after its restart, agree on it.
 *
 * @returns 0 to below 1
 */
export function partOf(key: string, moment: number): number {
  let hash = 0x811c9dc5;
  for (const char of `${key}\n${moment}`) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  }
  // Keys and moments that differ in a digit only are near each other up to here.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
