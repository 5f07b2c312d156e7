import assert from 'node:assert/strict';
import {
  isEnterpriseType,
  recordTypeByName,
  recordTypeId,
  recordTypeName,
  typesUnknownTo,
} from '../../../src/snapshots/raft/recordTypes';

describe('record types', () => {
  it('have the names Consul prints, and Unknown(n) where it has none', () => {
    assert.equal(recordTypeName(0), 'Register');
    assert.equal(recordTypeName(22), 'ConfigEntry');
    assert.equal(recordTypeName(37), 'Unknown(37)');
    assert.equal(recordTypeName(200), 'Unknown(200)');
    for (let id = 0; id < 256; id++) assert.equal(recordTypeId(recordTypeName(id)), id);
    assert.equal(recordTypeId('Nonsense'), undefined);
  });

  it('tell which ones a version cannot restore', () => {
    const names = [
      'KVS',
      'FederationState',
      'SystemMetadata',
      'Resource',
      'Unknown(50)',
      'Unknown(64)',
    ];
    const unknownTo = (version: string) => typesUnknownTo(version, names);
    const unknown = ['Unknown(50)', 'Unknown(64)'];
    assert.deepEqual(unknownTo('1.8.7'), ['SystemMetadata', 'Resource', ...unknown]);
    assert.deepEqual(unknownTo('v1.7.0-dev'), [
      'FederationState',
      'SystemMetadata',
      'Resource',
      ...unknown,
    ]);
    assert.deepEqual(unknownTo('1.16.0'), unknown);
    assert.deepEqual(unknownTo('1.16.0+ent'), ['Unknown(50)']);
    assert.deepEqual(typesUnknownTo('1.10.12', ['ACL']), []);
    assert.deepEqual(typesUnknownTo('1.11.0', ['ACL']), ['ACL']);
  });

  it('are marked where they hold secrets, or belong to Enterprise', () => {
    assert.equal(recordTypeByName('ACLToken')?.sensitive, true);
    assert.equal(recordTypeByName('Index')?.sensitive, undefined);
    assert.equal(isEnterpriseType('Unknown(64)'), true);
    assert.equal(isEnterpriseType('Unknown(63)'), false);
    assert.equal(isEnterpriseType('KVS'), false);
  });
});
