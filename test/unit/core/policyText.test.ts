import assert from 'node:assert/strict';
import { editConfig } from '../../../src/core/config/edit';
import { editPolicy, offsetOf, readPolicy } from '../../../src/core/config/policyText';

const TEXT = `{
  // For all.
  "vault": "./vault",
  "policy": {
    "maxBackups": 30, // the disk is small
    "timeZone": "Europe/Berlin"
  },
  "clusters": {
    "prod": {
      "system": "consul",
      "encryption": { "passphrase": { "env": "PASS" } },
      "policy": {
        // Often.
        "schedules": [
          { "interval": "1h", "count": 24 }, // a day
          { "interval": "1d", "count": 7 }, // a week
          { "interval": "1M", "count": 12 } // a year
        ],
        "verify": { "every": "30d", "rate": 20 },
        "manualCount": 3 // by hand
      }
    },
    "test": { "system": "consul" }
  }
}
`;
const SCHEDULES = [
  { interval: '1h', count: 24 },
  { interval: '1d', count: 7 },
  { interval: '1M', count: 12 },
];
const OWN = { schedules: SCHEDULES, verify: { every: '30d', rate: 20 }, manualCount: 3 };

/** Lines that are not in the other text. */
const linesBut = (text: string, other: string) =>
  text.split('\n').filter((line) => !other.split('\n').includes(line));

describe('A policy in the text of a configuration', () => {
  it('is read with who says what', () => {
    assert.deepEqual(readPolicy(TEXT, 'prod'), {
      own: OWN,
      inherited: { maxBackups: 30, timeZone: 'Europe/Berlin' },
      encryption: 'cluster',
      vault: 'file',
    });
    const { own, encryption } = readPolicy(TEXT, 'test');
    assert.equal(own, undefined);
    assert.equal(encryption, 'nobody');
  });

  it('is refused where the cluster is gone or the policy is wrong', () => {
    assert.throws(() => readPolicy(TEXT, 'gone'), { code: 'config.invalid' });
    const wrong = editConfig(TEXT, ['clusters', 'prod', 'policy', 'manualCount'], -1);
    assert.throws(() => readPolicy(wrong, 'prod'), {
      code: 'config.invalid',
      message: /manualCount/,
    });
    assert.throws(() => readPolicy('{', 'prod'), { code: 'config.invalid' });
  });

  it('stays as it is, to the letter, where nothing is changed', () => {
    assert.equal(editPolicy(TEXT, 'prod', OWN), TEXT);
    assert.equal(editPolicy(TEXT, 'test', {}), TEXT);
  });

  it('changes nothing but the figure that was changed', () => {
    const schedules = SCHEDULES.map((row) => (row.interval === '1d' ? { ...row, count: 14 } : row));
    const text = editPolicy(TEXT, 'prod', { ...OWN, schedules });
    assert.deepEqual(linesBut(text, TEXT), [
      '          { "interval": "1d", "count": 14 }, // a week',
    ]);
    assert.equal(text.split('\n').length, TEXT.split('\n').length);
  });

  it('takes out the row that went, and no other', () => {
    const text = editPolicy(TEXT, 'prod', {
      ...OWN,
      schedules: SCHEDULES.filter((row) => row.interval !== '1d'),
    });
    assert.deepEqual(readPolicy(text, 'prod').own?.schedules, [SCHEDULES[0], SCHEDULES[2]]);
    assert.deepEqual(linesBut(text, TEXT), []);
    assert.deepEqual(linesBut(TEXT, text), [
      '          { "interval": "1d", "count": 7 }, // a week',
    ]);
    const shorter = editPolicy(TEXT, 'prod', {
      verify: OWN.verify,
      schedules: SCHEDULES.slice(0, 2),
    });
    assert.match(shorter, /"count": 24 }, \/\/ a day\n.*"count": 7 } \/\/ a week\n {8}\],/);
    assert.match(shorter, /"rate": 20 }\n {6}}/);
    assert.doesNotMatch(shorter, /a year|by hand/);
  });

  it('puts a further row and a further field below the remark on the one before', () => {
    const schedules = [...SCHEDULES, { interval: '1y', count: 2 }];
    const text = editPolicy(TEXT, 'prod', { ...OWN, schedules, maxBackups: 50 });
    assert.match(text, /"1M", "count": 12 }, \/\/ a year\n\s+\{\s+"interval": "1y",/);
    assert.match(text, /"manualCount": 3, \/\/ by hand\n {8}"maxBackups": 50\n/);
    assert.equal(readPolicy(text, 'prod').own?.maxBackups, 50);
    assert.deepEqual(readPolicy(text, 'prod').own?.schedules, schedules);
  });

  it('is made where there was none, and is taken out with its last field', () => {
    const text = editPolicy(TEXT, 'test', { schedules: [{ interval: '1d', count: 7 }] });
    assert.deepEqual(readPolicy(text, 'test').own, { schedules: [{ interval: '1d', count: 7 }] });
    assert.deepEqual(readPolicy(editPolicy(text, 'test', {}), 'test').own, undefined);
  });

  it('leaves hooks and notices as they are', () => {
    const hooked = editConfig(TEXT, ['clusters', 'test', 'policy'], {
      before: [{ command: ['sync'] }],
      retries: 2,
    });
    const text = editPolicy(hooked, 'test', {});
    assert.deepEqual(readPolicy(text, 'test').own, { before: [{ command: ['sync'] }] });
  });

  it('keeps a comma after the last field, and the ends of lines', () => {
    const text =
      '{\r\n\t"clusters": {\r\n\t\t"a": {\r\n\t\t\t"system": "consul", // here\r\n\t\t},\r\n\t},\r\n}\r\n';
    const edited = editPolicy(text, 'a', { retries: 1 });
    assert.deepEqual(readPolicy(edited, 'a').own, { retries: 1 });
    assert.match(
      edited,
      /"consul", \/\/ here\r\n\t\t\t"policy": \{\r\n\t\t\t\t"retries": 1\r\n\t\t\t\},\r\n/,
    );
    assert.doesNotMatch(edited, /[^\r]\n/);
  });

  it('is found in the text, or what comes closest', () => {
    const at = (field: string, saidBy: 'cluster' | 'file' | 'nobody', cluster = 'prod') =>
      TEXT.slice(offsetOf(TEXT, cluster, field, saidBy)).split('\n')[0];
    assert.match(at('policy', 'cluster') ?? '', /^"policy": \{/);
    assert.match(at('encryption', 'cluster') ?? '', /^"encryption"/);
    assert.equal(at('vault', 'file'), '"vault": "./vault",');
    assert.match(at('policy', 'nobody', 'test') ?? '', /^"test": /);
    assert.equal(offsetOf('', 'x', 'policy', 'cluster'), 0);
  });
});
