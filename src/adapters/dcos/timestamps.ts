const TIME =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?\s*(Z|[+-]\d\d:?\d\d)?(?:\s+[A-Z]{3,4})?$/;

/**
 * A time of the service in UTC, with all nine digits of its second: the text of a later one is greater. `Date` would
 * cut them to three.
 *
 * @param raw RFC 3339, or as Go prints it: `2019-03-18 23:06:41.836197172 +0000 UTC`
 * @returns ISO 8601; undefined where it is none, or Go's zero time, which means that there is none
 */
export function fullTime(raw: string): string | undefined {
  const [, date = '', time = '', fraction = '', offset = 'Z'] = TIME.exec(raw.trim()) ?? [];
  const zone = offset.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const at = new Date(`${date}T${time}${zone}`);
  if (Number.isNaN(at.getTime()) || at.getUTCFullYear() <= 1) return undefined;
  return `${at.toISOString().slice(0, 19)}.${fraction.slice(0, 9).padEnd(9, '0')}Z`;
}
