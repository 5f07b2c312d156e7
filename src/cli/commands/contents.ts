import type { Command } from 'commander';
import { coreErrors } from '../../core/errors';
import type { ContentsGroup, ContentsItem } from '../../core/model';
import { clusterNamed } from '../configuration';
import type { WithCli } from '../program';
import { resolved } from '../secrets';
import { table } from '../table';

const STATES = { good: 'ok', warning: 'WARNING', bad: 'BAD', idle: '-', unknown: '-' } as const;

export function contentsCommand(program: Command, withCli: WithCli): void {
  program
    .command('contents')
    .description('list what a cluster holds: nodes, stacks and services, volumes')
    .argument('<cluster>', 'name of a cluster of the configuration')
    .action(
      withCli<object>(async (cli, [name = '']) => {
        const config = clusterNamed(await cli.configuration(), name);
        const system = (await cli.services.systems()).find(({ id }) => id === config.system);
        if (system !== undefined && system.capabilities.contents === undefined) {
          throw coreErrors.unsupported({
            message: `The objects of ${system.title} can't be listed.`,
            next: 'Look into a backup with "cluster-backup inspect".',
          });
        }
        const cluster = await resolved(cli, config);
        const groups = await (await cli.operations()).contents({ cluster }, cli.context);
        cli.out.document({ cluster: name, groups });
        cli.out.text(groups.map(groupText).join('\n'));
        // A list that is not whole must not look as if it were.
        for (const { title, warning } of groups) {
          if (warning !== undefined) cli.out.warn(`${title}: ${warning}`);
        }
      }),
    );
}

function groupText({ title, items, warning }: ContentsGroup): string {
  const head = title.toUpperCase();
  const whole = warning === undefined ? '' : ' (NOT ALL)';
  if (items.length === 0) return `${head}${whole}  none\n`;
  return table(
    [{ title: `${head}${whole}` }, { title: 'STATE' }, { title: 'ID' }, { title: '' }],
    rows(items, 0),
  );
}

function rows(items: readonly ContentsItem[], depth: number): string[][] {
  return items.flatMap(({ id, name, state, description, children }) => [
    [`${'  '.repeat(depth)}${name}`, STATES[state], id, description ?? ''],
    ...rows(children ?? [], depth + 1),
  ]);
}
