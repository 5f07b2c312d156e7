import { freePort } from './ports';
import { httpRequest } from './http';
import { type Log, silent } from './log';
import { MissingPart } from './missing';
import { findOnPath, run, startProcess } from './processes';
import { waitFor } from './wait';

/** A tag that stays what it is. */
const image = 'hashicorp/consul:1.20';
/** The image may have to be pulled first. */
const startTimeoutMs = 300_000;

/**
 * Starts Consul from its image on the Docker engine that the person uses, for a try-out on systems without the
 * package.
 *
 * @throws MissingPart where there is no engine, or it can't have the image
 */
export async function startConsulContainer(
  log: Log = silent,
): Promise<{ address: string; stop: () => Promise<void> }> {
  const docker = findOnPath('docker');
  if (docker === undefined) throw new MissingPart('docker', 'There is no docker on PATH.');
  await run(docker, ['version', '--format', '{{.Server.Version}}']).catch((error: unknown) => {
    throw new MissingPart('docker', `No Docker engine answers: ${String(error)}`);
  });
  const port = await freePort();
  const name = `cluster-backup-try-out-${port}`;
  log(`Starting Consul from the image ${image}`);
  const publish = `127.0.0.1:${port}:8500`;
  const agent = ['agent', '-dev', '-client=0.0.0.0'];
  const container = startProcess(docker, [
    'run',
    '--rm',
    '--name',
    name,
    '-p',
    publish,
    image,
    ...agent,
  ]);
  const stop = async (): Promise<void> => {
    await run(docker, ['rm', '--force', name]).catch(() => undefined);
    await container.stop();
  };
  const address = `http://127.0.0.1:${port}`;
  try {
    await waitFor(
      'Consul in its container',
      async () => {
        const reply = await httpRequest(`${address}/v1/status/leader`);
        return reply.status === 200 && reply.body.toString() !== '""' ? true : undefined;
      },
      {
        timeoutMs: startTimeoutMs,
        giveUp: () => (container.ended() ? container.output() : undefined),
      },
    );
  } catch (error) {
    await stop();
    throw new MissingPart('docker', `The image ${image} did not run. ${String(error)}`);
  }
  return { address, stop };
}
