import { startEngine } from '../../src/sandbox/parts/dockerEngine';

/** A process of its own that starts an engine with a container, says so, and waits to be killed. */
async function main(): Promise<void> {
  const engine = await startEngine();
  await engine.importBusybox('shell:1');
  await engine.docker('run', '--detach', 'shell:1', 'sleep', '1000');
  console.log(JSON.stringify({ folder: engine.folder, node: engine.node.pid, pid: engine.pid() }));
  await new Promise(() => setInterval(() => undefined, 1000));
}

void main();
