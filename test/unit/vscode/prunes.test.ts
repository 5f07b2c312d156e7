import assert from 'node:assert/strict';
import { systemById } from '../../../src/adapters/registry';
import type { PolicyConfig } from '../../../src/core/config/policy';
import { prunes, prunesOnPlatform } from '../../../src/vscode/prunes';

describe('Where a policy prunes', () => {
  const schedules: PolicyConfig['schedules'] = [{ interval: '1d', count: 7 }];
  const of = (system: string, policy?: PolicyConfig) => {
    const definition = systemById(system);
    assert.ok(definition);
    const entry = { definition, config: { policy } } as unknown as Parameters<typeof prunes>[0];
    return { prunes: prunes(entry), onPlatform: prunesOnPlatform(entry) };
  };

  it('is nowhere without one', () => {
    assert.equal(of('consul').prunes, false);
  });

  for (const [system, mode, expected] of [
    ['consul', undefined, { prunes: true, onPlatform: false }],
    ['swarm', undefined, { prunes: true, onPlatform: false }],
    ['ucp', undefined, { prunes: true, onPlatform: false }],
    // Its managers delete none for others: what lies in the vault says nothing of them.
    ['ucp', 'api', { prunes: false, onPlatform: true }],
    ['dcos', undefined, { prunes: true, onPlatform: true }],
    ['dcos', 'export', { prunes: true, onPlatform: false }],
    // By settings of its own.
    ['upsun', undefined, { prunes: false, onPlatform: true }],
  ] as const) {
    it(`${system}${mode === undefined ? '' : `, mode ${mode}`}`, () => {
      assert.deepEqual(of(system, { schedules, mode }), expected);
    });
  }
});
