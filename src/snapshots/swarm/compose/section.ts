/** A value of a Compose file; what is undefined is left out. */
export type Written =
  string | number | boolean | null | undefined | Written[] | { [key: string]: Written };
export type WrittenMap = Record<string, Written>;

/** What Compose takes as a name. */
const KEY = /^[a-zA-Z0-9._-]+$/;

export const isKey = (text: string): boolean => KEY.test(text);

/** A name without the stack's prefix; undefined when it has none. */
export function shortName(stack: string, name: string): string | undefined {
  const prefix = `${stack}_`;
  const short = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return short === '' ? undefined : short;
}

/** Networks, volumes, secrets or configs of a file: gives each a key, and says the name where the key does not. */
export class Section {
  readonly entries: Record<string, WrittenMap> = {};

  constructor(private readonly stack: string) {}

  /** The entries by their keys, however they came. */
  inOrder(): Record<string, WrittenMap> {
    return Object.fromEntries(Object.entries(this.entries).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /**
   * The key under which services refer to it. The same name with another definition gets a key of its own.
   *
   * @param definition what stands under the key, without the name
   */
  key(name: string, definition: WrittenMap): string {
    const short = shortName(this.stack, name);
    const external = definition.external === true;
    const wanted = (short ?? name).replace(/[^a-zA-Z0-9._-]/g, '-');
    for (let attempt = 1; ; attempt++) {
      const key = attempt === 1 ? wanted : `${wanted}-${attempt}`;
      const plain = !external && `${this.stack}_${key}` === name;
      const entry = plain ? definition : { ...definition, name };
      const there = this.entries[key];
      if (there === undefined) this.entries[key] = entry;
      else if (JSON.stringify(there) !== JSON.stringify(entry)) continue;
      return key;
    }
  }
}

/** Without what is undefined; undefined when nothing is left. */
export function some(map: WrittenMap): WrittenMap | undefined {
  const entries = Object.entries(map).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The list; undefined when it is empty. */
export function any<T>(list: T[] | undefined): T[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}
