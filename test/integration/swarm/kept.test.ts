import assert from 'node:assert/strict';
import { ensureDebianPackage } from '../../../src/sandbox/parts/debian';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { runInNode } from '../../../src/sandbox/parts/dockerNode';
import { silent } from '../../../src/sandbox/parts/log';
import { Site } from './restoreSite';

const long = (letter: string) => letter.repeat(120);

const FILL = `
  echo plain > plain; echo times > times; touch -d '2001-02-03 04:05:06.789' times
  cp /bin/true able; setcap cap_net_raw+ep able
  truncate -s 10M sparse; echo end >> sparse
  echo noted > noted; setfattr -n user.note -v kept? noted
  mkfifo pipe; ln -s plain soft; ln plain hard
  python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('socket')"
  echo line > "$(printf 'two\\nlines')"; echo byte > "$(printf 'not-utf8-\\351')"
  echo owned > owned; chown 4294967294:3000000000 owned; chmod 4751 owned
  mkdir -p ${long('d')}/${long('e')}; echo deep > ${long('d')}/${long('e')}/${long('f')}
  mkdir empty; chmod 1777 empty; chmod 750 .`;

/** What docs/swarm.md and docs/swarm-archive.md promise of a volume's files, and what not. */
describe('Docker Swarm: what is kept of a volume’s files', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let site: Site;

  const inFolder = async (volume: string, script: string): Promise<string> => {
    const path = (await engine.docker('volume', 'inspect', '-f', '{{.Mountpoint}}', volume)).trim();
    return runInNode(engine.node, 'sh', '-c', `cd ${path} && { ${script}\n}`);
  };

  before(async () => {
    await ensureDebianPackage('attr', 'setfattr', silent);
    await ensureDebianPackage('libcap2-bin', 'setcap', silent);
    await ensureDebianPackage('python3-minimal', 'python3', silent);
    site = await Site.make();
    engine = await startEngine({ hostname: 'alpha' });
    await engine.docker('volume', 'create', 'data');
    await inFolder('data', FILL);
    const backup = await site.backUp(engine, {
      parts: ['volumes'],
      only: [{ kind: 'volume', name: 'data' }],
    });
    await site.restore(backup, engine, {
      choices: { rename: { 'volume/alpha/data': 'again' } },
    });
  });

  after(async () => {
    await engine.stop();
    await site.remove();
  });

  const both = async (script: string) => [
    await inFolder('data', script),
    await inFolder('again', script),
  ];

  it('keeps bytes, owners, modes, links, pipes, times to the second and odd names', async () => {
    const [before = '', after] = await both(
      `find . ! -name socket ! -type d -printf '%p|%y|%m|%U:%G|%s|%Ts|%l|%n\\n' | LC_ALL=C sort
       find . -type d -printf '%p|%m|%U:%G|%Ts\\n' | LC_ALL=C sort
       find . -type f -exec sha256sum {} + | LC_ALL=C sort`,
    );
    assert.ok(before.split('\n').length > 25, before);
    assert.equal(after, before);
  });

  it('keeps file capabilities, and no other extended attribute', async () => {
    const [before, after] = await both('getcap -r .; getfattr -d -m user -R . 2>/dev/null || true');
    assert.match(before ?? '', /cap_net_raw[\s\S]*user\.note/);
    assert.match(after ?? '', /cap_net_raw/);
    assert.doesNotMatch(after ?? '', /user\.note/);
  });

  it('loses sockets, parts of a second and the holes of sparse files', async () => {
    const [sockets, lost] = await both('find . -type s');
    assert.deepEqual([sockets?.trim(), lost], ['./socket', '']);
    const [fraction, whole] = await both("find times -printf '%T+'");
    assert.match(fraction ?? '', /04:05:06\.789/);
    assert.match(whole ?? '', /04:05:06\.0+$/);
    const [holes, filled] = await both("find sparse -printf '%b'");
    assert.ok(Number(holes) < 100 && Number(filled) > 20_000, `${holes ?? ''} ${filled ?? ''}`);
  });
});
