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
  const indexes = backups.map((_, index) => index);
  if (isInOrder(backups, 1)) return indexes;
  if (isInOrder(backups, -1)) return indexes.reverse();
  const times = backups.map(({ created }) => created);
  const least = times.reduce((least, time) => Math.min(least, time), Infinity);
  const most = times.reduce((most, time) => Math.max(most, time), -Infinity);
  // Time and index share the 53 bits of a whole number.
  const room = Math.floor(Number.MAX_SAFE_INTEGER / backups.length) - 1;
  const grain = Math.max(1, Math.ceil((most - least) / room));
  const packed = Float64Array.from(
    times,
    (time, index) => Math.floor((time - least) / grain) * backups.length + index,
  );
  const sorted = Array.from(packed.sort(), (value) => value % backups.length);
  return withinGrains(sorted, backups, (index) =>
    Math.floor(((times[index] ?? NaN) - least) / grain),
  );
}

function isInOrder(backups: readonly Aged[], direction: 1 | -1): boolean {
  for (let at = 1; at < backups.length; at += 1) {
    if (olderFirst(backups[at - 1] as Aged, backups[at] as Aged) * direction > 0) return false;
  }
  return true;
}

/** Sorts those anew that the packed numbers could not tell apart. */
function withinGrains(
  indexes: number[],
  backups: readonly Aged[],
  grainOf: (index: number) => number,
): number[] {
  let from = 0;
  for (let at = 1; at <= indexes.length; at += 1) {
    const isSame =
      at < indexes.length && grainOf(indexes[at] as number) === grainOf(indexes[from] as number);
    if (isSame) continue;
    if (at - from > 1) {
      const run = indexes.slice(from, at);
      run.sort((a, b) => olderFirst(backups[a] as Aged, backups[b] as Aged));
      run.forEach((index, offset) => (indexes[from + offset] = index));
    }
    from = at;
  }
  return indexes;
}
