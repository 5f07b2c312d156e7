import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import * as z from 'zod';

/** Who made a lock or a marker. Holds no user name. */
export const ownerSchema = z.object({
  host: z.string(),
  pid: z.number().int(),
  /** Which boot and which process namespace the pid counts in; empty where the system cannot say. */
  space: z.string(),
  /** Tells one marker from the next of the same process. */
  token: z.string(),
});

export type Owner = z.infer<typeof ownerSchema>;

/** This process as the owner of a new marker. */
export function newOwner(): Owner {
  return {
    host: hostname(),
    pid: process.pid,
    space: processSpace(),
    token: randomBytes(8).toString('hex'),
  };
}

/**
 * True only when the owner has certainly ended: same boot, same process namespace, no such process.
 * Everything else is for the heartbeat to tell.
 */
export function ownerHasEnded(owner: Owner): boolean {
  if (owner.space === '' || owner.space !== processSpace() || owner.pid === process.pid) {
    return false;
  }
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

let space: string | undefined;

function processSpace(): string {
  space ??= readSpace();
  return space;
}

function readSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}
