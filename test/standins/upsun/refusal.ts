/** An answer that says no. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** What is answered instead of the platform's usual form. */
    readonly body?: object,
  ) {
    super(message);
  }
}
