import { join } from 'node:path';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { freePort } from '../../../src/sandbox/parts/ports';
import { startProcess } from '../../../src/sandbox/parts/processes';

/**
 * Leads from a port of 127.0.0.1 to port 443 of the engine's own address, where the controller listens: that address is
 * not reachable from this process. Up to the caller to stop it.
 */
export async function reachController(
  engine: RunningEngine,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const port = await freePort();
  const bridge = join(engine.folder, `controller-${port}.sock`);
  const inner = startProcess('nsenter', [
    ...['-t', String(engine.node.pid), '--net', 'socat'],
    ...[`UNIX-LISTEN:${bridge},fork`, 'TCP:127.0.0.1:443'],
  ]);
  const outer = startProcess('socat', [
    `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`,
    `UNIX-CONNECT:${bridge}`,
  ]);
  return {
    port,
    stop: async () => {
      await Promise.all([outer.stop('SIGKILL'), inner.stop('SIGKILL')]);
    },
  };
}
