import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { PolicyBackup } from '../../src/core/policy/policyBackup';
import { decide } from '../../src/core/retention/decide';
import type { VaultRetention } from '../../src/core/retention/decide';
import type { BenchRow } from './measure';

const BACKUPS = 100_000;
/** What the plan of so many may take. */
const LIMIT_MS = 200;
const HOUR = 3_600_000;
const NOW = new Date('2026-11-22T12:00:00Z');
const TURNS = 7;
const COLD = '--cold';

const POLICY: VaultRetention = {
  timeZone: 'Europe/Berlin',
  schedules: [
    { interval: '1h', count: 24 },
    { interval: '1d', count: 7 },
    { interval: '1w', count: 4 },
    { interval: '1M', count: 12 },
    { interval: '1y', count: 5 },
  ],
  manualCount: 5,
  maxBackups: 500,
};

/**
 * What is kept of a hundred thousand backups in no order, and why, against sorting them by their date; also by the first
 * call of a fresh process, of which nothing is compiled and no calendar is known yet.
 */
export async function bench(): Promise<BenchRow[]> {
  const backups = manyBackups();
  const sort = () => [...backups].sort((a, b) => a.created - b.created);
  const best = { sort: Infinity, decide: Infinity, cold: Infinity };
  for (let turn = 0; turn < TURNS; turn += 1) {
    best.sort = Math.min(best.sort, timed(sort));
    best.decide = Math.min(
      best.decide,
      timed(() => decide(POLICY, backups, NOW)),
    );
    best.cold = Math.min(best.cold, await coldCall());
  }
  const what = `retention of ${BACKUPS.toLocaleString('en')} backups`;
  const ours = { ours: best.decide, unit: 'ms' } as const;
  const limit = { floor: 'the limit', floorValue: LIMIT_MS, atMost: 1 };
  return [
    { what, floor: 'a plain sort', floorValue: best.sort, ...ours, atMost: 6 },
    { what, ...ours, ...limit },
    { what: `${what}, first call`, ...ours, ours: best.cold, ...limit },
  ];
}

/** The first call of a fresh process, in milliseconds of the thread that makes it. */
async function coldCall(): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [__filename, COLD]);
  return Number(stdout);
}

if (process.argv[2] === COLD) {
  const backups = manyBackups();
  const started = ofThisThread();
  decide(POLICY, backups, NOW);
  console.log(ofThisThread() - started);
}

/** What the process's main thread has had of a processor, in milliseconds: Linux tells it in nanoseconds. */
function ofThisThread(): number {
  return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6;
}

function manyBackups(): PolicyBackup[] {
  return Array.from({ length: BACKUPS }, (_, at): PolicyBackup => {
    const place = (at * 7919) % BACKUPS;
    return {
      id: `backup${place}`,
      created: NOW.getTime() - place * HOUR - (place % 997) * 1000,
      scheduled: place % 50 !== 7,
      pinned: place % 1009 === 0,
      check: 'ok',
      missing: false,
      bytes: 1_000_000,
      alike: '',
    };
  });
}

/** Of the processor, in milliseconds: what else the machine does counts least there. */
function timed(work: () => unknown): number {
  const started = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}
