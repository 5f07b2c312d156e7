import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { isOver } from './activities';
import type { LogFault } from './contract';
import type { Activity, LogItem } from './model';
import { Refusal } from './refusal';

/** Streams the logs of activities, with the oddities that the platform's have. */
export class Logs {
  readonly #missing = new Map<string, number>();
  readonly #unsealed = new Map<string, number>();
  fault: LogFault | undefined;

  /**
   * @param missing how often each answers 404 first
   * @param unsealed how often each ends before it is sealed
   */
  constructor(
    private readonly missing: number,
    private readonly unsealed: number,
  ) {}

  /**
   * Answers with JSON lines until the activity is over and all of them are sent.
   *
   * @param check sees each line before it goes
   * @throws `Refusal` 404 as long as there is none, 400 for a query that is not the log's
   */
  async send(
    activity: Activity,
    items: readonly LogItem[],
    query: URLSearchParams,
    response: ServerResponse,
    check: (line: object) => void,
  ): Promise<void> {
    if ([...query.keys()].some((name) => !KNOWN.includes(name))) {
      throw new Refusal(400, 'The query is not one of a log.');
    }
    if (this.fault?.kind === 'missing' || counted(this.#missing, activity.id, this.missing)) {
      throw new Refusal(404, 'There is no log yet.');
    }
    const most = Number(query.get('max_items') ?? 0);
    const longest = Number(query.get('max_delay') ?? 0);
    const patience = longest < 0 ? Infinity : longest * 1000;
    let next = Number(query.get('start_at') ?? 0);
    const end = most === 0 ? Infinity : next + most;
    const isCutShort =
      this.fault?.kind === 'neverSeals' || counted(this.#unsealed, activity.id, this.unsealed);
    const write = (line: object): void => {
      check(line);
      response.write(`${JSON.stringify(line)}\n`);
    };
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.flushHeaders();
    const begun = Date.now();
    while (!response.destroyed) {
      // First, so that what was said before the end is not missed.
      const isAtEnd = isOver(activity);
      for (; next < Math.min(items.length, end); next++) write(items[next] ?? {});
      if (isAtEnd || next >= end || (isCutShort && next > 0)) break;
      if (Date.now() - begun > patience) break;
      await delay(5);
    }
    if (isOver(activity) && next >= items.length && !isCutShort) write({ seal: true });
    response.end();
  }
}

const KNOWN = ['start_at', 'max_items', 'max_delay'];

/** Whether it is among the first so many times. */
function counted(counts: Map<string, number>, id: string, most: number): boolean {
  const before = counts.get(id) ?? 0;
  counts.set(id, before + 1);
  return before < most;
}
