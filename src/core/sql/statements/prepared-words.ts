const WORDS = /\b(?:prepare|deallocate|discard)\b|pg_prepared_/i;

/**
 * True for a text that may create, drop or list prepared statements. It looks at every word, even in strings, comments
 * and function bodies. A text that assembles such a word at run time goes undetected.
 */
export function mayUsePreparedStatements(text: string): boolean {
  return WORDS.test(text);
}
