import assert from 'node:assert/strict';
import { ProductLog, parseLogLine, phaseOf } from '../../../../src/adapters/ucp/output';
import type { LogLine } from '../../../../src/adapters/ucp/output';

describe('The log of UCP and MKE', () => {
  const lines: { of: string; text: string; line: LogLine }[] = [
    {
      of: 'a terminal',
      text: 'FATA[0003] unable to back up etcd: context deadline exceeded',
      line: { level: 'fatal', message: 'unable to back up etcd: context deadline exceeded' },
    },
    {
      of: 'a terminal in colours',
      text: '\u001b[36mINFO\u001b[0m[0000] Validating  ',
      line: { level: 'info', message: 'Validating' },
    },
    {
      of: 'no terminal',
      text: 'time="2019-07-01T10:00:00Z" level=fatal msg="no \\"key\\"" node=one',
      line: { level: 'fatal', message: 'no "key"' },
    },
    {
      of: 'no terminal, with words that look worse',
      text: 'time="2019-07-01T10:00:00Z" level=info msg="level=fatal was not seen"',
      line: { level: 'info', message: 'level=fatal was not seen' },
    },
    {
      of: 'JSON',
      text: '{"level":"warning","msg":"retrying","time":"2019-07-01T10:00:00Z"}',
      line: { level: 'warning', message: 'retrying' },
    },
    {
      of: 'JSON of another kind',
      text: '{"level":5}',
      line: { level: 'info', message: '{"level":5}' },
    },
    {
      of: 'half a JSON',
      text: '{"level":"fatal',
      line: { level: 'info', message: '{"level":"fatal' },
    },
    {
      of: 'somebody else',
      text: 'FATAL: no\u0007bell',
      line: { level: 'info', message: 'FATAL: no bell' },
    },
    { of: 'a panic', text: 'level=panic msg=gone', line: { level: 'fatal', message: 'gone' } },
  ];
  for (const { of, text, line } of lines) {
    it(`reads a line of ${of}`, () => assert.deepEqual(parseLogLine(text), line));
  }

  it('masks secrets, in JSON as well', () => {
    const secrets = ['pass"word äöü 12'];
    const json = JSON.stringify({ level: 'info', msg: `--passphrase ${secrets[0] ?? ''}` });
    for (const text of [json, `INFO[0000] --passphrase ${secrets[0] ?? ''}`]) {
      assert.equal(parseLogLine(text, secrets)?.message, '--passphrase •••');
    }
  });

  it('joins what arrives in pieces, also within a character', () => {
    const text = Buffer.from('INFO[0000] größer\nWARN[0001] später\r\nERRO[0002] ohne Ende');
    for (let size = 1; size < 12; size++) {
      const { log, told } = open();
      for (let at = 0; at < text.length; at += size) log.push(text.subarray(at, at + size));
      log.end();
      assert.deepEqual(told, [
        { level: 'info', message: 'größer' },
        { level: 'warning', message: 'später' },
        { level: 'error', message: 'ohne Ende' },
      ]);
    }
  });

  it('cuts a line without an end, and keeps little of many', () => {
    const { log, told } = open();
    const noise = Buffer.alloc(1024 * 1024, 'x');
    for (let i = 0; i < 20; i++) log.push(noise);
    assert.equal(told.length, 1);
    assert.ok((told[0]?.message.length ?? 0) <= 1000);
    log.push(Buffer.from('\nINFO[0001] on\n'));
    assert.deepEqual(told.at(-1), { level: 'info', message: 'on' });
    for (let i = 0; i < 1000; i++) log.push(Buffer.from(`INFO[0001] line ${i}\n`));
    assert.ok(log.lines.length <= 200);
    assert.equal(log.lines.at(-1)?.message, 'line 999');
  });

  it('gives the reason: a fatal line before an error before the last', () => {
    const { log } = open();
    log.push(Buffer.from('INFO[0000] last words\n'));
    assert.equal(log.reason, 'last words');
    log.push(Buffer.from('ERRO[0000] first\nERRO[0000] second\nINFO[0000] on\n'));
    assert.equal(log.reason, 'second');
    log.push(Buffer.from('FATA[0000] the cause\nFATA[0000] and so on\nERRO[0000] third\n'));
    assert.equal(log.reason, 'the cause');
  });

  it('makes phases of its steps', () => {
    const phase = (text: string) => phaseOf(parseLogLine(text) ?? { level: 'info', message: '' });
    assert.equal(phase('INFO[0000] Backing up etcd...'), 'Backing up etcd');
    assert.equal(phase('DEBU[0000] Backing up etcd'), undefined);
    assert.equal(phase(`INFO[0000] ${'x'.repeat(500)}`), undefined);
  });
});

function open(): { log: ProductLog; told: LogLine[] } {
  const told: LogLine[] = [];
  return { log: new ProductLog([], (line) => told.push(line)), told };
}
