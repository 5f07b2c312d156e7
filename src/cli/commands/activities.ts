import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { WithCli } from '../program';
import { table } from '../table';
import { timeText } from '../words';

interface Options {
  limit: number;
}

export function activitiesCommand(program: Command, withCli: WithCli): void {
  program
    .command('activities')
    .description('list what ran and runs, in the editor as well, newest first')
    .option('--limit <n>', 'how many at most', wholeNumber, 20)
    .action(
      withCli<Options>(async (cli, _args, { limit }) => {
        const activities = await (await cli.services.activities()).list(limit);
        cli.out.document({ activities });
        if (activities.length === 0) {
          cli.out.note('No activities.');
          return;
        }
        cli.out.text(
          table(
            ['STARTED', 'KIND', 'CLUSTER', 'STATE', 'BY', 'SUBJECT', 'ERROR'].map((title) => ({
              title,
            })),
            activities.map((a) => [
              timeText(a.started),
              a.kind,
              a.cluster,
              a.state,
              a.by,
              a.subject ?? '',
              a.error?.code ?? '',
            ]),
          ),
        );
      }),
    );
}

/** Parses an option that is a whole number of at least 1. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('Give a whole number from 1 on.');
  return Number(text);
}
