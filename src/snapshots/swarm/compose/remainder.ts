import { copyOf, drop, isObject } from '../jsonValues';
import type { Json, JsonObject } from '../jsonValues';
import { MERGE } from './yamlText';

const pathTo = (path: string, key: string): string =>
  /^[A-Za-z_]\w*$/.test(key)
    ? `${path}${path === '' ? '' : '.'}${key}`
    : `${path}[${JSON.stringify(key)}]`;

/**
 * What is still to be written of a definition. Each value is taken when it is written; whatever nobody took is a loss,
 * so that a field that this code does not know can't get lost in silence. A value of another type than was asked for is
 * not taken.
 */
export class Remainder {
  private readonly value: JsonObject;

  constructor(
    value: JsonObject,
    private readonly losses: string[],
    private readonly owner: string,
    private readonly path = '',
  ) {
    this.value = copyOf(value) as JsonObject;
  }

  has(key: string): boolean {
    return this.value[key] !== undefined;
  }

  /** Names a loss that is not a field left over. */
  lose(key: string, why: string): void {
    this.losses.push(`${this.owner}: ${pathTo(this.path, key)} (${why})`);
  }

  private take<T extends Json>(key: string, fits: (value: Json) => value is T): T | undefined {
    const value = this.value[key];
    if (value === undefined || !fits(value)) return undefined;
    drop(this.value, key);
    return value;
  }

  text(key: string): string | undefined {
    return this.take(key, (value) => typeof value === 'string');
  }

  /** A whole number from 0 that fits. */
  count(key: string): number | undefined {
    return this.take(
      key,
      (value): value is number =>
        typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
    );
  }

  /** Any number that fits. */
  number(key: string): number | undefined {
    return this.take(key, (value) => typeof value === 'number');
  }

  flag(key: string): boolean | undefined {
    return this.take(key, (value) => typeof value === 'boolean');
  }

  texts(key: string): string[] | undefined {
    return this.take(
      key,
      (value): value is string[] =>
        Array.isArray(value) && value.every((item) => typeof item === 'string'),
    );
  }

  /** Names and values, all of them texts that a file can say. */
  map(key: string): Record<string, string> | undefined {
    return this.take(
      key,
      (value): value is Record<string, string> =>
        isObject(value) &&
        !(MERGE in value) &&
        Object.values(value).every((item) => typeof item === 'string'),
    );
  }

  /** What stands under a key, to be taken apart. What is left of it is a loss. */
  within<T>(key: string, write: (inner: Remainder) => T): T | undefined {
    const value = this.take(key, isObject);
    if (value === undefined) return undefined;
    const inner = new Remainder(value, this.losses, this.owner, pathTo(this.path, key));
    const written = write(inner);
    inner.close();
    return written;
  }

  /** The same for each object of a list. */
  each<T>(key: string, write: (inner: Remainder) => T): T[] {
    const list = this.take(
      key,
      (value): value is JsonObject[] => Array.isArray(value) && value.every(isObject),
    );
    return (list ?? []).map((value, index) => {
      const path = `${pathTo(this.path, key)}[${index}]`;
      const inner = new Remainder(value, this.losses, this.owner, path);
      const written = write(inner);
      inner.close();
      return written;
    });
  }

  /** Names what nobody took. */
  close(): void {
    const name = (value: Json, path: string): void => {
      if (isObject(value) && Object.keys(value).length > 0) {
        for (const [key, item] of Object.entries(value)) name(item, pathTo(path, key));
      } else this.losses.push(`${this.owner}: ${path}`);
    };
    for (const [key, item] of Object.entries(this.value)) name(item, pathTo(this.path, key));
  }
}
