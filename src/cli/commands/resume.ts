import type { Command } from 'commander';
import { clusterNamed } from '../configuration';
import type { WithCli } from '../program';
import { resolved } from '../secrets';

export function resumeCommand(program: Command, withCli: WithCli): void {
  program
    .command('resume')
    .description('finish what an interrupted run has left, e.g. bring stopped services back')
    .argument('<cluster>', 'name of a cluster of the configuration')
    .action(
      withCli<object>(async (cli, [name = '']) => {
        const cluster = await resolved(cli, clusterNamed(await cli.configuration(), name));
        const done = await (await cli.operations()).resume({ cluster }, cli.context);
        cli.out.document({ cluster: name, done });
        if (done.length === 0) cli.out.note(`Nothing was left unfinished in "${name}".`);
        else cli.out.text(done.map((line) => `${line}\n`).join(''));
      }),
    );
}
