/** Chance that is the same for the same seed. */
export interface Dice {
  /** 0 to below 1. */
  roll(): number;
  /** A whole number from `least` to `most`. */
  number(least: number, most: number): number;
  /** True in so many of a hundred cases. */
  percent(chance: number): boolean;
  pick<T>(items: readonly T[]): T | undefined;
}

/** Mulberry32: short, and good enough for choosing days. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const number = (least: number, most: number) => least + Math.floor(roll() * (most - least + 1));
  return {
    roll,
    number,
    percent: (chance) => roll() * 100 < chance,
    pick: (items) => (items.length === 0 ? undefined : items[number(0, items.length - 1)]),
  };
}
