/** A time of the platform for people, to the minute: "2026-11-13 03:07 UTC". What is no time stays as it came. */
export function atText(given: string): string {
  const at = new Date(given);
  if (Number.isNaN(at.getTime())) return given;
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
