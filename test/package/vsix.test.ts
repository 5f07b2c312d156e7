import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
