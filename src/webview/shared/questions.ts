/** Questions to the editor that are answered by a message later. */
export class Questions<Q, A> {
  readonly #open = new Map<
    number,
    { resolve: (answer: A) => void; reject: (error: Error) => void }
  >();
  #last = 0;

  constructor(private readonly send: (id: number, question: Q) => void) {}

  ask(question: Q): Promise<A> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      this.send(id, question);
    });
  }

  answer(id: number, answer: A): void {
    this.#open.get(id)?.resolve(answer);
    this.#open.delete(id);
  }

  fail(id: number, message: string): void {
    this.#open.get(id)?.reject(new Error(message));
    this.#open.delete(id);
  }
}
