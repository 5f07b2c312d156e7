import { Option } from 'commander';
import type { Command } from 'commander';
import { coreErrors } from '../../core/errors';
import { labelProblem } from '../../core/model';
import type { BackupScope, ItemSelector } from '../../core/model';
import type { SystemDefinition } from '../../core/ports';
import { selectors, texts } from '../choiceOptions';
import { cliErrors } from '../cliErrors';
import { clusterNamed } from '../configuration';
import { tellHosted } from '../hostedText';
import type { WithCli } from '../program';
import { resolved } from '../secrets';
import { tellBackup } from '../tellBackup';

interface Options {
  label?: string;
  mode?: string;
  part?: string[];
  noPart?: string[];
  only?: ItemSelector[];
}

export function createCommand(program: Command, withCli: WithCli): void {
  const noPart = new Option('--no-part <id>', 'leave this part out; repeatable');
  // An option of its own, and not the opposite of --part, as its name makes commander believe.
  noPart.negate = false;
  program
    .command('create')
    .description('back a cluster up')
    .argument('<cluster>', 'name of a cluster of the configuration')
    .option('--label <label>', '3 to 25 characters of A-Za-z0-9_.-')
    .option('--mode <mode>', 'how to read, e.g. consistent or stale (default: the safest)')
    .option('--part <id>', 'take this part as well, e.g. raft; repeatable', texts)
    .addOption(noPart.argParser(texts))
    .option(
      '--only <kind:name>',
      'only this object and what it needs, or stack:NAME; repeatable',
      selectors,
    )
    .action(
      withCli<Options>(async (cli, [name = ''], { label, mode, ...chosen }) => {
        const { context } = cli;
        // Before anybody is asked for a secret.
        const problem = labelProblem(label ?? '');
        if (problem !== undefined) {
          throw coreErrors.badLabel({
            message: `The label "${label ?? ''}" can't be used: ${problem}`,
          });
        }
        const config = clusterNamed(await cli.configuration(), name);
        const system = (await cli.services.systems()).find(({ id }) => id === config.system);
        const scope = scopeOf(system, chosen);
        const cluster = await resolved(cli, config);
        const operations = await cli.operations();
        const modes = system?.capabilities.modes ?? [];
        if (modes.some(({ id, hosted }) => id === mode && hosted === true)) {
          const kept = await operations.createHosted({ cluster, mode, label }, context);
          tellHosted(cli, name, kept);
          return;
        }
        const backup = await operations.backup(
          {
            cluster,
            mode,
            label,
            origin: { kind: 'manual' },
            ...(scope === undefined ? {} : { scope }),
          },
          context,
        );
        tellBackup(cli, `Backed up "${name}"`, backup, config.vault);
      }),
    );
}

/** The parts that are on by default, with those asked for and without those left out. */
function scopeOf(
  system: SystemDefinition | undefined,
  { part = [], noPart = [], only }: Pick<Options, 'part' | 'noPart' | 'only'>,
): BackupScope | undefined {
  if (part.length + noPart.length === 0 && only === undefined) return undefined;
  const parts = system?.capabilities.parts;
  if (parts === undefined) {
    throw cliErrors.usage({
      message: `${system?.title ?? 'This system'} is backed up as a whole.`,
      next: 'Leave --part, --no-part and --only away.',
    });
  }
  const known = parts.map(({ id }) => id);
  const stranger = [...part, ...noPart].find((id) => !known.includes(id));
  if (stranger !== undefined) {
    throw cliErrors.usage({
      message: `There is no part "${stranger}".`,
      next: `Parts are ${known.join(', ')}.`,
    });
  }
  const taken = parts
    .filter(({ id, byDefault }) => (byDefault || part.includes(id)) && !noPart.includes(id))
    .map(({ id }) => id);
  if (taken.length === 0) {
    throw cliErrors.usage({ message: 'Every part is left out.', next: 'Leave one in.' });
  }
  return {
    ...(part.length + noPart.length === 0 ? {} : { parts: taken }),
    ...(only === undefined ? {} : { only }),
  };
}
