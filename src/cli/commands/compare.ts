import type { Command } from 'commander';
import { coreErrors } from '../../core/errors';
import { unknownItem } from '../choiceOptions';
import type { Cli } from '../cli';
import { cliErrors } from '../cliErrors';
import { clusterNamed } from '../configuration';
import type { WithCli } from '../program';
import { resolved } from '../secrets';
import { chooseSource, decryptionOf } from '../source';
import type { ChosenSource } from '../source';
import { SOURCE_HELP, sourceDocument, withDecryptionOptions } from '../sourceOptions';
import type { DecryptionOptions } from '../sourceOptions';

interface Options extends DecryptionOptions {
  to: string;
}

export function compareCommand(program: Command, withCli: WithCli): void {
  withDecryptionOptions(
    program
      .command('compare')
      .description('compare an object of a backup with what the cluster has now')
      .argument('<source>', SOURCE_HELP)
      .argument('<id>', 'as in plans and "contents", e.g. service/web_api')
      .requiredOption('--to <cluster>', 'cluster of the configuration'),
  ).action(
    withCli<Options>(async (cli, [text = '', id = ''], options) => {
      const config = clusterNamed(await cli.configuration(), options.to);
      await refuseOtherKinds(cli, config.system, id);
      const source = await chooseSource(cli, text);
      const archived = await archivedText(cli, source, id, options);
      const cluster = await resolved(cli, config);
      const live = await (await cli.operations()).liveText({ cluster, id }, cli.context);
      const same = archived === live;
      const { unifiedDiff } = await import('../unifiedDiff');
      const patch = same
        ? ''
        : unifiedDiff(
            { name: `${source.name} ${id}`, text: archived },
            {
              name: `${options.to} ${id}`,
              text: live ?? '',
              state: live === undefined ? 'not there' : 'now',
            },
          );
      cli.out.document({
        source: sourceDocument(source),
        cluster: options.to,
        id,
        same,
        there: live !== undefined,
        diff: patch,
      });
      if (same) {
        cli.out.text(`${id} is the same in ${source.name} and in "${options.to}".\n`);
        return;
      }
      cli.out.text(patch);
      throw cliErrors.different({
        message:
          live === undefined
            ? `${id} is not in "${options.to}" now.`
            : `${id} differs between ${source.name} and "${options.to}".`,
        ...(live === undefined ? { next: 'The lines above are what the backup has.' } : {}),
      });
    }),
  );
}

async function refuseOtherKinds(cli: Cli, systemId: string, id: string): Promise<void> {
  const system = (await cli.services.systems()).find((known) => known.id === systemId);
  if (system === undefined) return;
  const kinds = system.capabilities.contents?.compares ?? [];
  if (kinds.length === 0) {
    throw coreErrors.unsupported({
      message: `Objects of ${system.title} can't be compared.`,
      next: 'Look into the backup with "cluster-backup inspect".',
    });
  }
  const kind = id.split('/')[0] ?? '';
  if (kinds.includes(kind)) return;
  throw cliErrors.usage({
    message: `"${id}" is nothing that can be compared.`,
    next: `Write KIND/NAME; kinds are ${kinds.join(', ')}.`,
  });
}

/** The object in the words in which the cluster tells it. */
async function archivedText(
  cli: Cli,
  source: ChosenSource,
  id: string,
  options: DecryptionOptions,
): Promise<string> {
  const decryption = await decryptionOf(cli, source, options);
  const operations = await cli.operations();
  const { text } = await operations.comparableText(
    { source: source.ref, decryption, id },
    cli.context,
  );
  if (text !== undefined) return text;
  throw unknownItem(id, 'Look for its id with "cluster-backup inspect" or "contents".');
}
