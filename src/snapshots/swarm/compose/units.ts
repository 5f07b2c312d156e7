const SECOND = 1_000_000_000;

/** Nanoseconds as Go writes a duration; undefined stays so. */
export function duration(nanoseconds: number | undefined): string | undefined {
  if (nanoseconds === undefined) return undefined;
  if (nanoseconds % 1_000_000 !== 0) return `${nanoseconds}ns`;
  if (nanoseconds % SECOND !== 0) return `${nanoseconds / 1_000_000}ms`;
  const seconds = nanoseconds / SECOND;
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const text = parts.map(([count, unit]) => (count === 0 ? '' : `${count}${unit}`)).join('');
  return text === '' ? '0s' : text;
}

/** Billionths of a processor as a decimal number of processors. */
export function processors(nano: number | undefined): string | undefined {
  if (nano === undefined) return undefined;
  const fraction = String(nano % SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${Math.floor(nano / SECOND)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Bytes in the largest unit that says them exactly. */
export function bytes(count: number | undefined): string | undefined {
  if (count === undefined) return undefined;
  for (const [unit, size] of [
    ['G', 2 ** 30],
    ['M', 2 ** 20],
    ['K', 2 ** 10],
  ] as const) {
    if (count > 0 && count % size === 0) return `${count / size}${unit}`;
  }
  return `${count}b`;
}

/** The first address of an IPv4 subnet, which the engine gives to the gateway by itself. */
export function firstAddress(subnet: string): string | undefined {
  const [, a, b, c, d, bits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(subnet) ?? [];
  if (bits === undefined) return undefined;
  const address = [a, b, c, d].reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(address / size) * size + 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.');
}
