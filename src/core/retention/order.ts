/** What tells the order of backups. */
export interface Aged {
  id: string;
  /** Milliseconds since 1970. */
  created: number;
}

/** Backups in the order in which retention sees them: equal times are told apart by id. */
export function olderFirst(a: Aged, b: Aged): number {
  return a.created - b.created || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/**
 * The indexes of backups, oldest first. A vault hands them out in order, or the other way round, which is not sorted
 * anew; else they are sorted as packed numbers, several times faster than by a comparison of objects.
 */
export function indexesByAge(backups: readonly Aged[]): number[] {
  if (isInOrder(backups, 1)) return backups.map((_, index) => index);
  if (isInOrder(backups, -1)) return backups.map((_, index) => backups.length - 1 - index);
  const many = backups.length;
  let [least, most] = [Infinity, -Infinity];
  for (const { created } of backups) {
    if (created < least) least = created;
    if (created > most) most = created;
  }
  // Time and index share the 53 bits of a whole number.
  const grain = Math.max(1, Math.ceil((most - least) / (Number.MAX_SAFE_INTEGER / many - 1)));
  const packed = new Float64Array(many);
  for (let index = 0; index < many; index += 1) {
    const { created } = backups[index] as Aged;
    packed[index] = Math.floor((created - least) / grain) * many + index;
  }
  return inEachGrain(packed.sort(), backups);
}

function isInOrder(backups: readonly Aged[], direction: 1 | -1): boolean {
  for (let at = 1; at < backups.length; at += 1) {
    if (olderFirst(backups[at - 1] as Aged, backups[at] as Aged) * direction > 0) return false;
  }
  return true;
}

/** Takes the indexes out of sorted packed numbers, those sorted anew whose times these could not tell apart. */
function inEachGrain(packed: Float64Array, backups: readonly Aged[]): number[] {
  const many = packed.length;
  const indexes: number[] = [];
  let from = 0;
  let grain = NaN;
  for (let at = 0; at <= many; at += 1) {
    const value = packed[at] ?? NaN;
    const next = Math.floor(value / many);
    if (next !== grain) {
      if (at - from > 1) sortFrom(indexes, from, backups);
      from = at;
      grain = next;
    }
    if (at < many) indexes.push(value - next * many);
  }
  return indexes;
}

/** Sorts the indexes from one on. */
function sortFrom(indexes: number[], from: number, backups: readonly Aged[]): void {
  const run = indexes.splice(from);
  run.sort((a, b) => olderFirst(backups[a] as Aged, backups[b] as Aged));
  for (const index of run) indexes.push(index);
}
