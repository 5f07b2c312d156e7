import { createTwoFilesPatch } from 'diff';

/** Two texts as a unified diff. */
export function unifiedDiff(
  before: { name: string; text: string },
  after: { name: string; text: string; state: string },
): string {
  const patch = createTwoFilesPatch(
    before.name,
    after.name,
    before.text,
    after.text,
    undefined,
    after.state,
  );
  // Its first line is a rule that neither diff nor git print.
  return patch.replace(/^=+\n/, '');
}
