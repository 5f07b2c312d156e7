import type { Readable } from 'node:stream';
import type { RunContext } from '../../core/ports';
import type { NodeEngine } from '../swarm/connections';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';
import type { LogLine } from './output';
import type { UcpVersion } from './versions';

/** A command of the product, run in its own container on one manager. */
export interface ProductCommand {
  version: UcpVersion;
  /** `backup`, `restore`, `uninstall-ucp`. */
  command: string;
  /** Its options, without the command. */
  args: readonly string[];
  /** Streamed into its standard input, which ends with it. */
  stdin?: Readable;
  /** Further binds besides the engine's socket: `/var/log:/var/log`. */
  binds?: readonly string[];
  /** Masked in all that the product says. */
  secrets: readonly string[];
  /** For messages: "take a backup". */
  purpose: string;
  /** Seconds in which it may say and give nothing; the entry's `timeouts.silence` when left out. */
  silence?: number;
}

export interface ProductRun {
  /** Its standard output. Ends only after the product has ended well; fails with `ucp.*` or `docker.*` otherwise. */
  stdout: Readable;
  /**
   * Settles when the product has ended and its container is gone, with the last lines of its log. Rejects as `stdout`
   * does. Standard output has to be read meanwhile (`stdout.resume()` where nobody wants it).
   */
  done: Promise<{ log: readonly LogLine[] }>;
}

/**
 * Runs a command of the product on a manager. Whatever happens, its container is gone in the end, and the product's
 * containers that it had stopped run again; `connections.close()` waits for that.
 *
 * @throws `ucp.imageMissing`, `ucp.busy`, `docker.*`; what comes later fails the output
 */
export function runProduct(
  _: UcpConnections,
  __: NodeEngine,
  ___: ProductCommand,
  ____: RunContext,
): Promise<ProductRun> {
  throw ucpErrors.notInstalled({ message: 'Not there yet.' });
}
