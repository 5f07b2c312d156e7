/** Takes one line about what is going on; a caller prints it or drops it. */
export type Log = (line: string) => void;

/** A log for callers who want silence. */
export const silent: Log = () => undefined;
