import assert from 'node:assert/strict';
import { pathOf, rebased, withoutQuery } from '../../../../src/adapters/upsun/links';

describe('Upsun: links and paths', () => {
  it('keep the path of a link and forget its host', () => {
    const path = '/projects/p/environments/feature%2Flogin/backup';
    for (const href of [
      `https://api.upsun.com${path}`,
      `https://eu-2.platform.sh/api${path}`,
      `https://evil.example.com${path}`,
      `//evil.example.com${path}`,
      `https://user:secret@evil.example.com:8443/api${path}`,
      path,
    ]) {
      assert.equal(rebased(href, ''), path, href);
    }
  });

  it('take off the prefix that our own address has', () => {
    assert.equal(rebased('https://proxy.example.com/upsun/projects/p', '/upsun'), '/projects/p');
    assert.equal(rebased('https://eu.platform.sh/api/projects/p', '/upsun'), '/projects/p');
    assert.equal(rebased('https://proxy.example.com/upsunny/p', '/upsun'), '/upsunny/p');
  });

  it('keep a query, and cut it off for a log', () => {
    const href = 'https://eu.platform.sh/api/projects/p/activities/a/logs?count=20&start_at=1';
    assert.equal(rebased(href, ''), '/projects/p/activities/a/logs?count=20&start_at=1');
    assert.equal(withoutQuery(rebased(href, '')), '/projects/p/activities/a/logs');
  });

  it('encode every id: an environment is called after its branch', () => {
    assert.equal(
      pathOf('environments', 'feature/ä ?#%2F'),
      '/environments/feature%2F%C3%A4%20%3F%23%252F',
    );
  });
});
