import { Document, isScalar, Scalar, visit } from 'yaml';
import type { WrittenMap } from './section';

/** Reads as this very text under every YAML that Docker has used; all else is quoted. */
const SAFE = /^[A-Za-z/][A-Za-z0-9_./-]*$/;
/** As a key it means a merge to some readers, quoted or not. */
export const MERGE = '<<';
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

const isPlain = (text: string): boolean => SAFE.test(text) && !WORDS.test(text);

/**
 * A Compose file's text. Dollar signs are doubled, as deploying fills in variables. Modes of files are octal.
 *
 * @param comment lines to stand before it
 */
export function yamlText(file: WrittenMap, comment: string[]): string {
  const document = new Document(file, { version: '1.1', keepUndefined: false });
  document.commentBefore = comment.map((line) => ` ${line.replace(/[^ -~]/g, '?')}`).join('\n');
  visit(document, {
    Pair: (_, pair) => {
      if (!isScalar(pair.key) || !isScalar(pair.value)) return;
      if (pair.key.value === 'mode' && typeof pair.value.value === 'number') {
        pair.value.format = 'OCT';
      }
    },
    Scalar: (part, scalar) => {
      if (typeof scalar.value !== 'string') return;
      if (!isPlain(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
      if (part !== 'key') scalar.value = scalar.value.replaceAll('$', '$$$$');
    },
  });
  const text = document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Infinity });
  // They stand in double quotes only; there YAML 1.1 takes some for line breaks and refuses others.
  return text.replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
