import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { InspectedSnapshot, KeyRows } from '../../compose/inspections';
import { fromErrorInfo } from '../../core/errors';
import type { ErrorInfo } from '../../core/errors';
import type { DecryptionSecrets } from '../../core/ports';
import { detectFile } from '../../snapshots/detect';
import { formatOfFile } from '../../snapshots/formats';
import type { Cli } from '../cli';
import { cliErrors } from '../cliErrors';
import type { WithCli } from '../program';
import { chooseSource, decryptionOf } from '../source';
import type { ChosenSource } from '../source';
import { SOURCE_HELP, sourceDocument, withDecryptionOptions } from '../sourceOptions';
import type { DecryptionOptions } from '../sourceOptions';

interface Options extends DecryptionOptions {
  format?: 'pretty' | 'json';
  kvdetails?: boolean;
  kvdepth?: number;
  kvfilter?: string;
}

/** Consul's own default for `-kvdepth`. */
const DEFAULT_DEPTH = 2;

export function inspectCommand(program: Command, withCli: WithCli): void {
  withDecryptionOptions(
    program
      .command('inspect')
      .description(
        'print what is in a backup; of a Consul snapshot as "consul snapshot inspect" does',
      )
      .argument('<source>', SOURCE_HELP)
      .addOption(
        new Option(
          '--format <format>',
          'json: of a Consul snapshot exactly what Consul prints',
        ).choices(['pretty', 'json']),
      )
      .option('--kvdetails', 'sizes of the keys by prefix')
      .option(
        '--kvdepth <n>',
        `parts of a key that make a prefix (default: ${DEFAULT_DEPTH})`,
        depth,
      )
      .option('--kvfilter <prefix>', 'only the keys that begin so'),
  ).action(
    withCli<Options>(async (cli, [text = ''], options) => {
      const { out, context } = cli;
      const query = keyQuery(options);
      const source = await chooseSource(cli, text);
      const decryption = await decryptionOf(cli, source, options);
      const told = await archiveKind(source);
      if (told !== undefined) {
        await inspectArchive(told, cli, source, decryption, options);
        return;
      }
      const operations = await cli.operations();
      const inspected = await operations.inspectOpen({ source: source.ref, decryption }, context);
      // Told only once it was decrypted.
      const { session, error, product } = inspected;
      if (isArchiveKind(product.id)) {
        await operations.inspectClose({ session }, context);
        await inspectArchive(product.id, cli, source, decryption, options);
        return;
      }
      if (options.format === 'json') {
        // A script that reads Consul's object expects a whole one or none.
        if (error === undefined) {
          out.raw(`${await operations.inspectJson({ session, kvDetails: query }, context)}\n`);
        }
      } else {
        const keys =
          query &&
          (await operations.inspectKeys(
            { session, query: { ...query, limit: Infinity } },
            context,
          ));
        out.document({ source: sourceDocument(source), ...inspectionDocument(inspected, keys) });
        if (!out.options.json) {
          const { inspectText } = await import('../inspectText');
          out.text(inspectText(inspected, keys, source.path));
        }
      }
      if (error !== undefined) throw fromErrorInfo(error);
    }),
  );
}

/** What has a reader of its own, and what it is called. */
const KINDS = {
  swarm: { name: 'a swarm backup', read: readSwarm },
  ucp: { name: 'a backup of UCP or MKE', read: readUcp },
  marathon: { name: 'an export of Marathon’s groups', read: readExport },
};
type ArchiveKind = keyof typeof KINDS;

function isArchiveKind(id: string | undefined): id is ArchiveKind {
  return id !== undefined && Object.hasOwn(KINDS, id);
}

/** Which archive a source is, as far as that is told without decrypting it. A file's bytes count before its name. */
async function archiveKind({ path, backup }: ChosenSource): Promise<ArchiveKind | undefined> {
  const stated = backup?.backup.manifest.format;
  const detected = stated ?? (await detectFile(path).catch(() => undefined))?.id;
  if (isArchiveKind(detected)) return detected;
  const isOther = stated !== undefined || (detected !== 'tar' && detected !== 'unknown');
  const named = isOther ? undefined : formatOfFile(path);
  return isArchiveKind(named) ? named : undefined;
}

async function inspectArchive(
  kind: ArchiveKind,
  cli: Cli,
  source: ChosenSource,
  decryption: DecryptionSecrets,
  options: Options,
): Promise<void> {
  if (keyQuery(options) !== undefined) {
    throw cliErrors.usage({
      message: `${source.name} is ${KINDS[kind].name}, which has no keys.`,
      next: 'Leave --kvdetails out.',
    });
  }
  const { document, text, error } = await KINDS[kind].read(cli, source, decryption);
  const { out } = cli;
  const whole = { source: sourceDocument(source), ...document };
  if (options.format === 'json') out.raw(`${JSON.stringify(whole, null, 2)}\n`);
  else {
    out.document(whole);
    if (!out.options.json) out.text(text);
  }
  if (error !== undefined) throw fromErrorInfo(error);
}

/** An archive as it is printed. */
interface Shown {
  document: object;
  text: string;
  error: ErrorInfo | undefined;
}

async function readSwarm(
  cli: Cli,
  source: ChosenSource,
  decryption: DecryptionSecrets,
): Promise<Shown> {
  const operations = await cli.operations();
  const archive = await operations.archiveOpen({ source: source.ref, decryption }, cli.context);
  const { archiveDocument, archiveText } = await import('../archiveText');
  return {
    document: archiveDocument(archive),
    text: archiveText(archive, source.path),
    error: archive.error,
  };
}

async function readUcp(
  cli: Cli,
  source: ChosenSource,
  decryption: DecryptionSecrets,
): Promise<Shown> {
  const operations = await cli.operations();
  const archive = await operations.ucpOpen({ source: source.ref, decryption }, cli.context);
  const { ucpDocument, ucpText } = await import('../ucpText');
  return {
    document: ucpDocument(archive),
    text: ucpText(archive, source.path, cli.context.clock.now()),
    error: archive.error,
  };
}

async function readExport(
  cli: Cli,
  source: ChosenSource,
  decryption: DecryptionSecrets,
): Promise<Shown> {
  const operations = await cli.operations();
  const opened = await operations.exportOpen({ source: source.ref, decryption }, cli.context);
  const { exportDocument, exportText } = await import('../exportText');
  return {
    document: exportDocument(opened),
    text: exportText(opened, source.path),
    error: opened.error,
  };
}

/** An inspection as `--json` has it. Fields may be added, never changed. */
function inspectionDocument(inspected: InspectedSnapshot, keys: KeyRows | undefined) {
  const { encryption, product, size, report, verification } = inspected;
  return {
    product,
    encryption,
    storedBytes: size,
    verification,
    report,
    ...(keys === undefined
      ? {}
      : {
          keys: { ...keys, rows: keys.rows.map(({ name, count, sum }) => ({ name, count, sum })) },
        }),
  };
}

function keyQuery(options: Options): { depth: number; filter: string } | undefined {
  const { kvdetails, kvdepth, kvfilter } = options;
  if (kvdetails) return { depth: kvdepth ?? DEFAULT_DEPTH, filter: kvfilter ?? '' };
  if (kvdepth === undefined && kvfilter === undefined) return undefined;
  throw cliErrors.usage({
    message: '--kvdepth and --kvfilter need --kvdetails.',
    next: 'Add --kvdetails.',
  });
}

function depth(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}
