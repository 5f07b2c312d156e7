/** A part that can neither be found nor installed here. It is never a reason to skip in silence. */
export class MissingPart extends Error {
  override readonly name = 'MissingPart';

  constructor(
    readonly part: string,
    reason: string,
  ) {
    super(`Missing: ${part}. ${reason}`);
  }
}
