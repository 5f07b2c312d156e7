/** Ending of an export of Marathon's groups: JSON text. */
export const MARATHON_ENDING = '.marathon.json';
