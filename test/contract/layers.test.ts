import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

const root = join(__dirname, '../../..');
const source = join(root, 'src');

/** Static imports of a file that stay at run time: module names, or files relative to src. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  const found: string[] = [];
  const statement = /^(?:import|export)\s+(?!type\b)[^;]*?from\s+'([^']+)'|^import\s+'([^']+)'/gms;
  for (const [, from, bare] of text.matchAll(statement)) {
    const name = from ?? bare ?? '';
    found.push(
      name.startsWith('.') ? relative(source, resolve(source, dirname(file), name)) : name,
    );
  }
  return found;
}

/** Every file reached from one by static imports. */
function reached(entry: string): { files: Set<string>; modules: Set<string> } {
  const files = new Set<string>();
  const modules = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const name of importsOf(file)) {
      const target = [`${name}.ts`, join(name, 'index.ts')].find((f) => all.has(f));
      if (target === undefined) modules.add(name);
      else visit(target);
    }
  };
  visit(entry);
  return { files, modules };
}

const all = new Set(
  readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts')),
);
const under = (folder: string): string[] => [...all].filter((f) => f.startsWith(`${folder}/`));

describe('the layers', () => {
  it('are there to be checked', () => {
    for (const folder of ['core', 'adapters', 'snapshots', 'vaults', 'vscode', 'cli', 'workers']) {
      assert.ok(under(folder).length > 0, folder);
    }
    assert.ok(importsOf('core/operations/writeContent.ts').includes('core/operations/pipe'));
  });

  it('let the core import nobody: no editor, no network, no adapter, format or vault', () => {
    const network = ['net', 'http', 'https', 'http2', 'tls', 'dgram', 'dns'];
    const forbidden = new Set(['vscode', 'undici', ...network, ...network.map((n) => `node:${n}`)]);
    for (const file of under('core')) {
      for (const name of importsOf(file)) {
        assert.ok(!forbidden.has(name), `${file} imports ${name}`);
        const isModule = !name.includes('/') || builtinModules.includes(name.replace('node:', ''));
        assert.ok(
          isModule || name.startsWith('core/') || name.startsWith('node:'),
          `${file} imports ${name}`,
        );
      }
    }
  });

  it('keep the editor out of everything but its own folder', () => {
    const editor = [...all].filter((f) => importsOf(f).includes('vscode'));
    assert.deepEqual(
      editor.filter((f) => !f.startsWith('vscode/') && f !== 'extension.ts'),
      [],
    );
    assert.ok(!reached('cli/main.ts').modules.has('vscode'));
    assert.ok(!reached('workers/operations.worker.ts').modules.has('vscode'));
  });

  it('load nothing heavy with the extension or the command line', () => {
    for (const entry of ['extension.ts', 'cli/main.ts']) {
      const { modules, files } = reached(entry);
      for (const heavy of ['undici', 'openpgp', 'dockerode', 'jose', 'prom-client']) {
        assert.ok(!modules.has(heavy), `${entry} loads ${heavy}`);
      }
      assert.ok(!files.has('adapters/consul/adapter.ts'), `${entry} loads an adapter`);
    }
  });

  it('load a CommonJS package late only through a file that names its exports', () => {
    // A bundle gives `default` alone otherwise, which no test of single files would notice.
    for (const file of all) {
      const text = readFileSync(join(source, file), 'utf8');
      for (const [, name] of text.matchAll(/await import\('([^'.][^']*)'\)/g)) {
        // These two are no CommonJS.
        assert.ok(['openpgp', 'jose'].includes(name ?? ''), `${file} loads ${name ?? ''}`);
      }
    }
  });

  it('keep test code and the sandbox out of what is shipped', () => {
    for (const entry of ['extension.ts', 'cli/main.ts', 'workers/operations.worker.ts']) {
      const shipped = [...reached(entry).files].filter((f) => /^(sandbox|\.\.)/.test(f));
      assert.deepEqual(shipped, []);
    }
  });
});
