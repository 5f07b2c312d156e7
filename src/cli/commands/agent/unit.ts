import type { Command } from 'commander';
import { realpath } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import { containerFacts } from '../../agent/units/containerFacts';
import { addressText } from '../../agent/listen';
import type { ListenAddress } from '../../agent/listen';
import { dockerfile } from '../../agent/units/dockerfile';
import { kubernetesManifests } from '../../agent/units/kubernetes';
import { needsOf } from '../../agent/units/needs';
import { swarmStack } from '../../agent/units/swarm';
import { systemdUnit } from '../../agent/units/systemd';
import { cliErrors } from '../../cliErrors';
import type { Cli } from '../../cli';
import type { WithCli } from '../../program';

interface SystemdChoice {
  user?: true;
  runAs?: string;
  credentials?: true;
}

/** What `agent` itself takes and its subcommands take over. */
interface AgentChoice {
  listen: ListenAddress | false;
}

interface ContainerChoice {
  image: string;
  node?: string;
  storage: string;
}

const IMAGE: [string, string, string] = ['--image <name>', 'image to run', 'cluster-backup:latest'];

/** Prints what runs the agent as a service; changes nothing. */
export function unitCommand(agent: Command, withCli: WithCli): void {
  const unit = agent
    .command('unit')
    .description('print what runs the agent as a service: systemd, swarm, kubernetes, dockerfile');
  unit
    .command('systemd')
    .description('a unit file for systemd')
    .option('--user', "for the user's own service manager, without root")
    .option('--run-as <user>', 'who it runs as (default: you)')
    .option('--credentials', 'secrets as credentials of systemd (250 or later), one file each')
    .action(
      withCli<SystemdChoice>((cli, _, options) =>
        printSystemd(cli, { ...options, ...agent.opts<AgentChoice>() }),
      ),
    );
  unit
    .command('swarm')
    .description('a stack file for a Docker Swarm')
    .option(...IMAGE)
    .option('--node <name>', 'the node that keeps the vault (default: the one with a label)')
    .action(
      withCli<ContainerChoice>(async (cli, _, { image, node }) => {
        const facts = await containerFacts(cli);
        cli.out.raw(swarmStack({ ...facts, image, node }));
      }),
    );
  unit
    .command('kubernetes')
    .description('manifests for Kubernetes')
    .option(...IMAGE)
    .option('--storage <size>', 'size of the volume', '20Gi')
    .action(
      withCli<ContainerChoice>(async (cli, _, { image, storage }) => {
        if (!/^[1-9]\d*(Mi|Gi|Ti|M|G|T)$/.test(storage)) {
          throw cliErrors.usage({
            message: `"${storage}" is no size of a volume.`,
            next: 'Write it like 20Gi.',
          });
        }
        const facts = await containerFacts(cli);
        cli.out.raw(kubernetesManifests({ ...facts, image, storage }));
      }),
    );
  unit
    .command('dockerfile')
    .description('a Dockerfile for the image that swarm and kubernetes run')
    .option(...IMAGE)
    .action(
      withCli<ContainerChoice>(async (cli, _, { image }) => {
        const { needs } = await containerFacts(cli);
        cli.out.raw(dockerfile(image, needs, dirname(dirname(await script()))));
      }),
    );
}

async function printSystemd(cli: Cli, options: SystemdChoice & AgentChoice): Promise<void> {
  const [{ file, clusters }, systems, folders] = await Promise.all([
    cli.configuration(),
    cli.services.systems(),
    cli.services.folders(),
  ]);
  const home = cli.terminal.env.CLUSTER_BACKUP_HOME;
  cli.out.raw(
    systemdUnit({
      needs: needsOf(clusters, systems),
      program: [process.execPath, await script()],
      config: file,
      listen: options.listen === false ? undefined : addressText(options.listen),
      folders: [folders.activities, folders.state],
      environment: home ? { CLUSTER_BACKUP_HOME: resolve(home) } : {},
      user: options.user === true,
      runAs: options.runAs ?? userInfo().username,
      credentials: options.credentials === true,
    }),
  );
}

/** The script that runs now, without the links of a package's `bin`. */
async function script(): Promise<string> {
  return realpath(resolve(process.argv[1] ?? ''));
}
