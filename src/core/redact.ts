/**
 * Takes known secrets out of a text before it reaches a log, a journal or a message.
 * Also their URL-encoded and JSON-escaped forms.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  let result = text;
  for (const secret of secrets) {
    // A very short "secret" would blank out ordinary words.
    if (secret.length < 4) continue;
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
      result = result.replaceAll(form, '•••');
    }
  }
  return result;
}
