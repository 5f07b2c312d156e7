import type { Clock, Log } from '../../core/ports';
import type { Output } from '../output';

/** The agent's log: one line each, with its time, on stderr. */
export function agentLog(out: Output, clock: Clock): Log {
  const write = (level: keyof Log) => (message: string) => out.entry(clock.now(), level, message);
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}
