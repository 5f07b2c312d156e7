import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureDebianPackage } from '../../../src/sandbox/parts/debian';
import { repositoryRoot, temporaryFolder } from '../../../src/sandbox/parts/folders';
import { ensureGpg } from '../../../src/sandbox/parts/gpg';
import { smallCluster, swarmArchive } from '../../support/snapshots/swarm';
import { checked } from '../../support/snapshots/swarmDamage';
import { Workplace } from '../cli/support';

const exec = promisify(execFile);

describe('swarm archives and the tools of others', function () {
  this.timeout(300_000);
  let folder: string;
  let remove: () => Promise<void>;
  const shell = async (script: string, cwd = folder): Promise<string> => {
    const { stdout } = await exec('bash', ['-euo', 'pipefail', '-c', script], {
      cwd,
      maxBuffer: 64 << 20,
    });
    return stdout;
  };

  before(async () => {
    ({ path: folder, remove } = await temporaryFolder('archive'));
    await ensureDebianPackage('attr', 'setfattr', () => undefined);
    await mkdir(join(folder, 'tree'));
    await shell(
      `umask 022
      mkdir -p deep/er/${'long-'.repeat(30)} empty; echo hello > a.txt; ln a.txt hard
      ln -s /etc/hosts out; ln -s ../nowhere up; mkfifo pipe
      echo x > deep/er/${'long-'.repeat(30)}/${'name-'.repeat(40)}
      printf 'b%.0s' {1..70000} > deep/b.bin; chmod 4750 deep/b.bin; chmod 1777 empty
      chown 1234:4321 a.txt; chown -h 7:8 out; chown 3000000:3 deep/b.bin
      touch -h -d '2001-02-03 04:05:06' a.txt out deep; touch -d '1960-01-01' empty
      setfattr -n user.note -v 'line one
two = 2' a.txt; setfattr -n trusted.mark -v 0x00ff10 deep
      truncate -s 5M sparse; printf end | dd of=sparse bs=1 seek=3000000 conv=notrunc status=none
      touch "$(printf 'not\\xffutf8')" 'with
line'`,
      join(folder, 'tree'),
    );
  });
  after(() => remove());

  const listing = (place: string) =>
    shell(
      `cd ${place}; find . -printf '%P|%y|%m|%U|%G|%s|%l|%n|%Ts\\n' | sed 's/^\\([^|]*|d|[^|]*|[^|]*|[^|]*|\\)[0-9]*/\\1/' | LC_ALL=C sort
       getfattr -h -d -m - -e hex -R . | LC_ALL=C sort; sha256sum < sparse; sha256sum deep/b.bin`,
    );

  const forms = {
    'pax with extended attributes': `--format=posix --xattrs --xattrs-include='*'`,
    'GNU, with its long names and links': '--format=gnu',
    'GNU sparse': '--format=gnu -S',
    'pax sparse': '--format=posix -S',
    'pax sparse of the first kind': '--format=posix -S --sparse-version=0.1',
  };
  for (const [what, options] of Object.entries(forms)) {
    it(`take in, and give back whole: ${what}`, async () => {
      const place = what.replace(/\W/g, '');
      await shell(`tar -c ${options} --numeric-owner -C tree -f ${place}.tar .`);
      const tar = await readFile(join(folder, `${place}.tar`));
      const archive = await swarmArchive({ volumes: [{ node: 'n1', name: 'data', tar }] }, 10_007);
      const { report, code, message } = await checked(archive);
      assert.equal(code, undefined, message);
      const [files, bytes] = (
        await shell(
          `find tree -type f -printf '%i %s\\n' | sort -u | awk '{n++; s+=$2} END {print n, s}'`,
        )
      )
        .trim()
        .split(' ');
      assert.equal(report.counts['File'], Number(files));
      assert.equal(report.facts['refused'], undefined);
      await writeFile(join(folder, `${place}.swarm.tar`), archive);
      await shell(
        `mkdir ${place} ${place}.put; tar -xf ${place}.swarm.tar -C ${place}
         (cd ${place} && sha256sum -c --quiet --strict SHA256SUMS)
         tar -xOf ${place}.swarm.tar --wildcards 'volumes/n1/data/tar.*' |
           tar -x --xattrs --xattrs-include='*' --numeric-owner -p -C ${place}.put`,
      );
      const summary = JSON.parse(await readFile(join(folder, place, 'summary.json'), 'utf8')) as {
        contents: { fileBytes: number }[];
      };
      assert.equal(summary.contents[0]?.fileBytes, Number(bytes));
      const [before, after] = [await listing('tree'), await listing(`${place}.put`)];
      if (options.includes('xattrs')) assert.equal(after, before);
      else {
        const plain = (text: string) =>
          text.split('\n').filter((line) => !/^(user|trusted)\.|^# file: |^$/.test(line));
        assert.deepEqual(plain(after), plain(before));
      }
    });
  }

  it('are inspected and verified by the command line, encrypted by gpg as well', async () => {
    const place = new Workplace(join(folder, 'cli'));
    await mkdir(place.folder);
    const plain = await swarmArchive(await smallCluster());
    await writeFile(join(place.folder, 'x.swarm.tar'), plain);
    await writeFile(join(place.folder, 'other-name'), plain);
    const gpg = await ensureGpg();
    const home = join(folder, 'g');
    await mkdir(home);
    await chmod(home, 0o700);
    for (const name of ['x.swarm.tar.gpg', 'unnamed.gpg']) {
      await exec(gpg, [
        ...['--homedir', home, '--batch', '--pinentry-mode', 'loopback', '--passphrase', 'pw'],
        ...['--symmetric', '-o', join(place.folder, name), join(place.folder, 'x.swarm.tar')],
      ]);
    }
    const env = { PW: 'pw' };
    for (const name of ['x.swarm.tar', 'other-name', 'x.swarm.tar.gpg', 'unnamed.gpg']) {
      const options = name.endsWith('.gpg') ? ['--passphrase-env', 'PW'] : [];
      const verified = await place.run(['verify', `./${name}`, ...options], env);
      assert.equal(verified.code, 0, verified.err);
      assert.match(verified.out, /^OK {2}/);
      const { code, out, err } = await place.run(['inspect', `./${name}`, ...options], env);
      assert.equal(code, 0, err);
      assert.match(
        out,
        /shop_web +shop +replicated 2 +nginx:1 +volume data → \/data; 8080 → 80\/tcp/,
      );
      assert.match(out, /data +node1 +2 +3\.\d+ kB/);
    }
    const whole = await place.run(['inspect', './x.swarm.tar', '--format', 'json']);
    const document = JSON.parse(whole.out) as {
      manifest: { cluster: string };
      contents: { folder: string; files: number; whole: boolean }[];
    };
    assert.equal(document.manifest.cluster, 'production');
    assert.deepEqual(
      document.contents.map(({ folder: at, files, whole: all }) => [at, files, all]),
      [
        ['volumes/node1/data', 2, true],
        ['volumes/node1/empty', 0, true],
      ],
    );
    await writeFile(join(place.folder, 'cut.swarm.tar'), plain.subarray(0, -8000));
    const cut = await place.run(['inspect', './cut.swarm.tar']);
    assert.equal(cut.code, 3);
    assert.match(cut.err, /snapshot\.truncated/);
    assert.match(cut.out, /DAMAGED/);
    assert.match(cut.out, /shop_web/);
    assert.equal((await place.run(['verify', './cut.swarm.tar'])).code, 3);
    assert.equal((await place.run(['inspect', './x.swarm.tar', '--kvdetails'])).code, 2);
  });

  it('are taken apart by the commands of the documentation', async () => {
    const place = join(folder, 'docs');
    const home = join(folder, 'h');
    for (const path of [place, home]) await mkdir(path);
    await chmod(home, 0o700);
    const cluster = await smallCluster();
    await writeFile(join(place, 'plain'), await swarmArchive(cluster));
    await writeFile(join(home, 'pw'), 'pw');
    const conf = `batch\npinentry-mode loopback\npassphrase-file ${join(home, 'pw')}\n`;
    await writeFile(join(home, 'gpg.conf'), conf);
    const page = await readFile(join(repositoryRoot, 'docs/swarm-archive.md'), 'utf8');
    const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
    assert.ok(commands.length >= 5);
    const out = await shell(
      [
        `export GNUPGHOME=${home}; gpg --symmetric -o backup.swarm.tar.gpg plain; rm plain`,
        ...commands,
        'diff -r data again && find data -printf "%P %m %U:%G\n" | LC_ALL=C sort',
      ].join('\n'),
      place,
    );
    assert.match(out, /SHA256SUMS\n[\s\S]*"format": "cluster-backup\/swarm"/);
    assert.match(out, /definitions\/services\/shop_web\.json: OK/);
    const [, sum = 'none'] = /\n([0-9a-f]{64}) {2}-\n/.exec(out) ?? [];
    assert.ok(out.includes(`"sha256": "${sum}"`), 'the sum by hand is that of the summary');
    assert.match(out, /\na\.txt 640 33:34\n/);
    assert.ok(out.includes(cluster.stacks?.['shop'] ?? '?'));
  });

  it('of any size take the same memory', async () => {
    const child = join(__dirname, '../../support/snapshots/archiveChild.js');
    const file = join(folder, 'big.swarm.tar');
    const { stdout } = await exec(process.execPath, [child, file, String(300 << 20), '20000']);
    const { grownMiB, times } = JSON.parse(stdout) as {
      grownMiB: number;
      times: Record<string, number>;
    };
    assert.ok((await stat(file)).size > 300 << 20);
    assert.ok(grownMiB < 100, `${grownMiB} MiB more at ${JSON.stringify(times)} ms`);
  });
});
