import { parse, stringify } from 'lossless-json';

/** JSON as it stands in an archive: pretty, bigints as integers, a line feed at its end. */
export function toJson(value: unknown): string {
  return `${stringify(value, undefined, 2) ?? 'null'}\n`;
}

/**
 * Reads JSON; integers beyond 2^53 become bigints.
 *
 * @throws SyntaxError
 */
export function fromJson(text: string): unknown {
  return parse(text, undefined, {
    parseNumber: (number) =>
      /^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number))
        ? BigInt(number)
        : Number(number),
  });
}
