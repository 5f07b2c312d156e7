// Builds dist/ (what is packaged) and out/ (every file on its own, for the tests and the sandbox).
import { build, context, transform } from 'esbuild';
import { mkdir, readdir, rm, writeFile, chmod, copyFile, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const versionDefine = { __VERSION__: JSON.stringify(version) };
const importMeta = {
  define: { 'import.meta.url': '__importMetaUrl', ...versionDefine },
  banner: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;",
};

async function filesIn(folder, ending) {
  const all = await readdir(join(root, folder), { recursive: true }).catch(() => []);
  return all.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

/**
 * What dockerode loads for logins by ssh and for building images. Nothing here uses either: ssh is the user's own
 * program, so that host keys are checked.
 */
const unused = {
  name: 'unused',
  setup(b) {
    b.onResolve({ filter: /^(ssh2|cpu-features|protobufjs|@grpc\/.+)$/ }, ({ path }) => ({
      path,
      namespace: 'unused',
    }));
    b.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({
      contents: `
        module.exports = new Proxy({}, {
          get: () => function () { throw new Error(${JSON.stringify(`${path} is not packaged`)}); },
        });`,
    }));
  },
};

/** The extension, the command line and the workers share chunks, so what loads late is loaded once. */
async function nodeBundle() {
  const workers = await filesIn('src/workers', '.worker.ts');
  const entryPoints = { extension: 'src/extension.ts', cli: 'src/cli/main.ts' };
  for (const file of workers) {
    entryPoints[`workers/${relative('src/workers', file).replace(/\.ts$/, '')}`] = file;
  }
  for (const [name, file] of Object.entries(entryPoints)) {
    if (!existsSync(join(root, file))) delete entryPoints[name];
  }
  const options = {
    absWorkingDir: root,
    entryPoints,
    outdir: 'dist',
    bundle: true,
    splitting: true,
    // esbuild splits ES modules only; each chunk becomes CommonJS in a second step.
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['vscode'],
    // Their ES modules: UMD builds hide what they require from the bundler.
    mainFields: ['module', 'main'],
    chunkNames: 'chunks/[name]-[hash]',
    minify: production,
    sourcemap: production ? false : 'inline',
    legalComments: 'none',
    define: importMeta.define,
    write: false,
    plugins: [unused, { name: 'commonjs', setup: (b) => b.onEnd(writeCommonJs) }],
  };
  await runOrWatch(options);
}

async function writeCommonJs(result) {
  if (result.errors.length > 0) return;
  await rm(join(root, 'dist/chunks'), { recursive: true, force: true });
  await Promise.all(
    result.outputFiles.map(async (file) => {
      const isCli = file.path === join(root, 'dist/cli.js');
      const source = isCli ? file.text.replace(/^#!.*\n/, '') : file.text;
      const { code } = await transform(source, {
        format: 'cjs',
        platform: 'node',
        target: 'node20',
        supported: { 'dynamic-import': false },
        minify: production,
        sourcemap: production ? false : 'inline',
        banner: (isCli ? '#!/usr/bin/env node\n' : '') + importMeta.banner,
      });
      await mkdir(dirname(file.path), { recursive: true });
      await writeFile(file.path, code);
      if (isCli) await chmod(file.path, 0o755);
    }),
  );
}

/** One browser bundle a screen: src/webview/<screen>/main.ts becomes dist/webview/<screen>.js and .css. */
async function webviewBundle() {
  const screens = (await filesIn('src/webview', 'main.ts')).filter(
    (f) => dirname(dirname(f)) === 'src/webview',
  );
  if (screens.length === 0) return;
  await runOrWatch({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(screens.map((f) => [relative('src/webview', dirname(f)), f])),
    outdir: 'dist/webview',
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    minify: production,
    sourcemap: production ? false : 'inline',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    legalComments: 'none',
  });
}

/** Every source and test file transpiled alone: what mocha and the sandbox run. */
async function testTree() {
  const entryPoints = [...(await filesIn('src', '.ts')), ...(await filesIn('test', '.ts'))].filter(
    (f) => !f.endsWith('.d.ts'),
  );
  if (!watch) await rm(join(root, 'out'), { recursive: true, force: true });
  await runOrWatch({
    absWorkingDir: root,
    entryPoints,
    outdir: 'out',
    outbase: '.',
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    define: versionDefine,
    sourcemap: 'inline',
  });
}

async function codicons() {
  const from = join(root, 'node_modules/@vscode/codicons/dist');
  await mkdir(join(root, 'dist/webview'), { recursive: true });
  for (const name of ['codicon.css', 'codicon.ttf']) {
    await copyFile(join(from, name), join(root, 'dist/webview', name));
  }
}

/** The schema of cluster-backup.jsonc is derived from the parser that reads it. */
async function configSchema() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/compose/configSchema.ts'],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    external: ['undici', 'openpgp', 'dockerode'],
    define: versionDefine,
    write: false,
  });
  const module = { exports: {} };
  new Function('module', 'exports', 'require', outputFiles[0].text)(
    module,
    module.exports,
    createRequire(import.meta.url),
  );
  const folder = join(root, 'dist/schemas');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'cluster-backup.schema.json'), module.exports.schemaText());
}

async function runOrWatch(options) {
  if (!watch) return void (await build(options));
  await (await context(options)).watch();
}

if (production) await rm(join(root, 'dist'), { recursive: true, force: true });
await Promise.all([nodeBundle(), webviewBundle(), codicons(), production ? undefined : testTree()]);
await configSchema();
