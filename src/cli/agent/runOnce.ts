import type { Cli } from '../cli';
import type { PreparedAgent } from './prepareAgent';

/** Does what is due now and ends. */
export function runOnce(_prepared: PreparedAgent, _cli: Cli): Promise<void> {
  return Promise.reject(new Error('Not there yet.'));
}
