/** JSON as `lossless-json` reads it: integers beyond 2^53 are bigints. */
export type Json = string | number | bigint | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object that stands there; an empty one where there is none. */
export function objectAt(parent: unknown, key: string): JsonObject {
  const value = isObject(parent) ? parent[key] : undefined;
  return isObject(value) ? value : {};
}

/** The list that stands there; an empty one where there is none. */
export function listAt(parent: unknown, key: string): Json[] {
  const value = isObject(parent) ? parent[key] : undefined;
  return Array.isArray(value) ? value : [];
}

/** The text that stands there; undefined where there is none. */
export function textAt(parent: unknown, key: string): string | undefined {
  const value = isObject(parent) ? parent[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** A copy without some keys. */
export function without(value: JsonObject, ...keys: string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** A copy of some keys only, as far as they are said. */
export function picked(value: JsonObject, ...keys: string[]): JsonObject {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const item = value[key];
      return item === undefined || item === null ? [] : [[key, item]];
    }),
  );
}

/** Takes a key out, in place. */
export function drop(value: JsonObject, key: string): void {
  Reflect.deleteProperty(value, key);
}

/** A copy that shares nothing with the original. Numbers that fit are numbers, whichever way they were read. */
export function copyOf(value: Json): Json {
  if (Array.isArray(value)) return value.map(copyOf);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)]));
  }
  if (typeof value === 'bigint' && BigInt.asIntN(54, value) === value) return Number(value);
  return value;
}

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A copy whose keys stand in order, at every depth. */
export function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).sort(byCode);
  return Object.fromEntries(keys.map((key) => [key, ordered(value[key] ?? null)]));
}

/** Sorts what is a set by what `key` says of each item; equal ones stay as they stood. */
export function sortedBy(list: Json[], key: (item: Json) => string): Json[] {
  return list
    .map((item) => ({ item, key: key(item) }))
    .sort((a, b) => byCode(a.key, b.key))
    .map(({ item }) => item);
}
