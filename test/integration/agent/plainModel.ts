/** A backup that a schedule made, as the plain model sees it. */
export interface Made {
  id: string;
  /** Milliseconds since 1970. */
  created: number;
}

/** What a policy of seconds holds, told as plainly as it can be, from nothing that the product decides with. */
export function heldPlainly(
  made: readonly Made[],
  schedules: readonly { seconds: number; count: number }[],
): Set<string> {
  const held = new Set<string>();
  for (const { seconds, count } of schedules) {
    const newestOf = new Map<number, Made>();
    for (const backup of made) {
      const interval = Math.floor(backup.created / 1000 / seconds);
      const before = newestOf.get(interval);
      if (before === undefined || backup.created > before.created) newestOf.set(interval, backup);
    }
    const intervals = [...newestOf.keys()].sort((a, b) => b - a).slice(0, count);
    for (const interval of intervals) held.add(newestOf.get(interval)?.id ?? '');
  }
  return held;
}
