import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { schemaText } from '../../src/compose/configSchema';
import { exitCode } from '../../src/core/errors';
import type { ErrorTable } from '../../src/core/errors';
import { manifestSchema } from '../../src/core/manifest';
import { settings } from '../../src/ids';

const root = join(__dirname, '../../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...filesIn('docs', '.md'),
];

/** All first groups of a pattern with the flag `g`. */
function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, first]) => first ?? '');
}

/** Without code: what stands there is no link and no title. */
function prose(text: string): string {
  return text
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/^ {4}\S.*$/gm, '')
    .replace(/`[^`\n]+`/g, '');
}

function isTable(value: unknown): value is ErrorTable<string> {
  return typeof value === 'object' && value !== null && 'codes' in value;
}

/** Every code of every table in src, with the exit code it ends with. */
async function declaredErrors(): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const file of filesIn('src', '.ts')) {
    const areas = matches(read(file), /= errorTable\('([^']+)'/g);
    if (areas.length === 0) continue;
    const module = join(root, 'out', file.replace(/\.ts$/, '.js'));
    const loaded = (await import(module)) as Record<string, unknown>;
    const tables = Object.values(loaded).filter(isTable);
    assert.equal(tables.length, areas.length, `${file} has a table that it does not export`);
    for (const table of tables) {
      for (const code of table.codes) {
        const error = table[code.slice(code.indexOf('.') + 1)]?.({ message: '' });
        assert.ok(error !== undefined && !found.has(code), code);
        found.set(code, exitCode(error.category));
      }
    }
  }
  return found;
}

describe('the documentation', () => {
  it('explains every error code, with its exit code, and none too many', async () => {
    const declared = await declaredErrors();
    assert.ok(declared.size > 50);
    const explained = [
      ...read('docs/errors.md').matchAll(/^- `([a-z]+\.[a-zA-Z]+)` \((\d+)\): \S.*/gm),
    ].map(([, code = '', exit = '']) => `${code} ${exit}`);
    assert.deepEqual(explained.sort(), [...declared].map((entry) => entry.join(' ')).sort());
  });

  it('says for every error what to do next', () => {
    const entries = read('docs/errors.md').split(/^- (?=`[a-z]+\.[a-zA-Z]+` \()/m);
    const mute = entries.slice(1).filter((entry) => !/\*\*Next:\*\*\s+\S/.test(entry));
    assert.deepEqual(mute, []);
  });

  it('has every field of the configuration', () => {
    const fields = new Set<string>();
    JSON.parse(schemaText(), (key: string, value: unknown) => {
      if (key === 'properties') Object.keys(value as object).forEach((name) => fields.add(name));
      return value;
    });
    // The two forms of a reference are shown as such.
    for (const form of ['env', 'secret']) assert.ok(fields.delete(form), form);
    assert.ok(fields.has('staleLimit') && fields.has('apply') && fields.has('publicKeys'));
    const page = read('docs/configuration.md');
    const missing = [...fields].filter((name) => !page.includes(`| \`${name}\` `));
    assert.deepEqual(missing, []);
  });

  it('has every setting of the editor, with its default', () => {
    const manifest = JSON.parse(read('package.json')) as {
      contributes: { configuration: { properties: Record<string, { default: unknown }> } };
    };
    const { properties } = manifest.contributes.configuration;
    for (const id of Object.values(settings)) {
      const row = read('docs/configuration.md')
        .split('\n')
        .find((line) => line.startsWith(`| \`${id}\` `));
      assert.equal(row?.split('|')[2]?.trim(), String(properties[id]?.default), id);
    }
  });

  it('has every field of the manifest, and none too many', () => {
    const section = read('docs/vault.md')
      .split(/^## /m)
      .find((s) => s.startsWith('The manifest'));
    const documented = matches(section ?? '', /^\| `(\w+)` /gm);
    assert.deepEqual(documented.sort(), Object.keys(manifestSchema.shape).sort());
  });

  it('names only npm scripts, test steps and commands of the command line that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const steps = matches(read('test/run.mjs'), /\bname: '(\w+)',(?=\s+title:)/g);
    const commands = filesIn('src/cli/commands', '.ts').flatMap((file) =>
      matches(read(file), /program\s+\.command\('([\w-]+)'/g),
    );
    assert.ok(commands.includes('restore') && steps.includes('integration'));
    for (const page of pages) {
      const text = read(page);
      for (const name of matches(text, /(?:^ {4}|`)npm (?:run )?([a-z][\w:]*)/gm)) {
        assert.ok(name in scripts, `${page}: npm run ${name}`);
      }
      for (const name of matches(text, /(?:^ {4}|`)cluster-backup ([a-z]+)/gm)) {
        assert.ok(commands.includes(name), `${page}: cluster-backup ${name}`);
      }
      for (const step of matches(text, /node test\/run\.mjs ([a-z0-9 ]+)/g)
        .join(' ')
        .split(' ')) {
        assert.ok(step === '' || steps.includes(step), `${page}: step ${step}`);
      }
    }
    const shown = matches(read('README.md'), /^ {4}cluster-backup ([a-z]+)/gm);
    assert.deepEqual([...new Set(shown)].sort(), commands.sort());
  });

  it('calls commands and views by their very titles', () => {
    const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;
    const titlesOf = (prefix: string) =>
      Object.entries(texts).flatMap(([key, title]) => (key.startsWith(prefix) ? [title] : []));
    const commands = titlesOf('command.');
    const known = new Set([
      ...commands,
      ...commands.map((title) => `Cluster Backup: ${title}`),
      ...titlesOf('view.'),
    ]);
    let named = 0;
    for (const page of pages) {
      for (const title of matches(prose(read(page)), /(?<![\w/])_([^_\n]+)_(?!\w)/g)) {
        named++;
        assert.ok(known.has(title), `${page}: ${title}`);
      }
    }
    assert.ok(named > 10);
  });

  it('has links and pictures that lead somewhere', () => {
    const lost = pages.flatMap((page) =>
      matches(prose(read(page)), /\]\(([^)\s]+)\)/g)
        .filter((target) => !/^https:/.test(target) && !leadsSomewhere(page, target))
        .map((target) => `${page}: ${target}`),
    );
    assert.deepEqual(lost, []);
  });

  it('links every page from the README', () => {
    const linked = matches(read('README.md'), /\]\(([^)#\s]+)/g);
    assert.deepEqual(
      pages.filter((page) => page !== 'README.md' && !linked.includes(page)),
      [],
    );
  });
});

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : relative(root, resolve(root, dirname(page), path));
  if (!existsSync(join(root, file))) return false;
  return anchor === undefined || anchorsOf(file).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return matches(read(page), /^#{1,6} (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/ /g, '-'),
  );
}
