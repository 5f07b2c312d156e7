import assert from 'node:assert/strict';
import { live, missed } from './year/life';
import { lives } from './year/lives';

describe("a year of an agent's life", function () {
  // Seconds where the machine is quick; the limit is for one that is not.
  this.timeout(600_000);

  for (const { name, ...year } of lives) {
    it(`${name}, seed ${year.seed}: each evening there is what the policy says`, async () => {
      const lived = await live(year);
      assert.deepEqual(missed(lived.counts), [], 'all sorts of accidents were in it');
      assert.ok(new Set(lived.deaths).size >= 8, `deaths before ${lived.deaths.join(', ')}`);
    });
  }
});
