import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../../src/sandbox/parts/folders';
import { packagedExtension } from '../support/workbench';
import { namesInZip } from '../support/zip';

const mostBytes = 2 * 1024 * 1024;

describe('The packaged extension', () => {
  let bytes: Buffer;
  let names: string[];

  before(async () => {
    bytes = await readFile(packagedExtension);
    names = namesInZip(bytes);
  });

  it('is under 2 MB', () => {
    assert.ok(bytes.length < mostBytes, `it has ${bytes.length} bytes`);
  });

  it('holds no source, test or build file', () => {
    const unwanted =
      /^extension\/(src|test|out|node_modules|\.ci|\.cache|\.vscode|test-output)\/|\.(ts|map)$|(package-lock|tsconfig)\.json$|esbuild\.mjs$/;
    assert.deepEqual(
      names.filter((name) => unwanted.test(name)),
      [],
    );
  });

  it('activates on less than 300 kB of script', async () => {
    const dist = join(repositoryRoot, 'dist');
    const loaded = new Map<string, number>();
    const load = async (file: string): Promise<void> => {
      if (loaded.has(file)) return;
      const text = await readFile(file, 'utf8');
      loaded.set(file, text.length);
      // What is loaded late stands in a then().
      for (const { 1: name = '', index } of text.matchAll(/require\("(\.[^"]+)"\)/g)) {
        const isLate = text.slice(Math.max(0, index - 40), index).includes('then(()=>');
        if (!isLate) await load(join(dirname(file), name));
      }
    };
    await load(join(dist, 'extension.js'));
    const bytes = [...loaded.values()].reduce((sum, size) => sum + size, 0);
    assert.ok(loaded.size > 3, 'its chunks were found');
    assert.ok(bytes < 300_000, `it loads ${bytes} bytes`);
    assert.ok(![...loaded.keys()].some((file) => /undici|openpgp|dockerode/.test(file)));
  });

  it('holds every file the manifest names', async () => {
    const text = await readFile(join(repositoryRoot, 'package.json'), 'utf8');
    const manifest = JSON.parse(text) as { main: string; bin: Record<string, string> };
    for (const file of [manifest.main, ...Object.values(manifest.bin)]) {
      assert.ok(names.includes(join('extension', file)), `${file} is missing`);
    }
    for (const [, file] of text.matchAll(/"(?:\.\/)?(media\/[^"*]+|schemas\/[^"*]+)"/g)) {
      assert.ok(names.includes(`extension/${file ?? ''}`), `${file ?? ''} is missing`);
    }
  });
});
