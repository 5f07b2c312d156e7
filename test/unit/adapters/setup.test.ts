import assert from 'node:assert/strict';
import { systems } from '../../../src/adapters/registry';
import { ucp } from '../../../src/adapters/ucp/definition';
import type { SetupQuestion } from '../../../src/core/ports';

/** Every question there can be, with those that follow from an answer. */
function all(questions: readonly SetupQuestion[]): SetupQuestion[] {
  return questions.flatMap((question) =>
    question.kind === 'choice'
      ? [question, ...question.options.flatMap(({ ask }) => all(ask ?? []))]
      : [question],
  );
}

describe('What Add Cluster asks', () => {
  for (const { id, setup = [], schema, secretFields } of systems) {
    it(`is about fields that an entry of ${id} has, secrets as secrets`, () => {
      const known = Object.keys(schema.shape);
      let asked = 0;
      for (const question of all(setup)) {
        if (question.kind === 'choice') {
          const set = question.options.flatMap((option) => Object.keys(option.set ?? {}));
          for (const field of set) assert.ok(known.includes(field), field);
          continue;
        }
        asked++;
        assert.ok(known.includes(question.field), question.field);
        assert.equal(question.kind === 'secret', secretFields.includes(question.field));
      }
      assert.ok(asked > 0);
    });
  }

  it('makes an entry of UCP with its HTTP API that the file takes', () => {
    const answers: Record<string, unknown> = { host: 'tcp://manager1:2376' };
    const given: Record<string, string> = {
      apiAddress: 'https://ucp.example.com',
      apiFolder: '/var/backups/ucp',
      apiUser: 'admin',
    };
    const choice = ucp.setup?.find((q) => q.title === 'Backups over the HTTP API');
    assert.ok(choice?.kind === 'choice');
    for (const question of choice.options[1]?.ask ?? []) {
      if (question.kind === 'secret') answers[question.field] = { secret: 'prod.apiPassword' };
      if (question.kind !== 'text') continue;
      const answer = given[question.field] ?? '';
      assert.equal(question.problem?.(answer), undefined);
      answers[question.field] = answer;
    }
    assert.ok(ucp.schema.safeParse(answers).success);
    assert.equal(ucp.secretBinding(ucp.schema.parse(answers)), 'https://ucp.example.com');
    const [address, folder] = choice.options[1]?.ask ?? [];
    for (const question of [address, folder]) {
      assert.ok(question?.kind === 'text');
      assert.ok(question.problem?.('ucp.example.com'));
    }
  });
});
