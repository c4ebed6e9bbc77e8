/** Kinds of tokens in code, which is the text between comments and strings. */
export type CodeTokenKind = 'word' | 'number' | 'operator' | 'punctuation';

const TOKEN = /([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(\d[\w.]*)|([+\-*/<>=~!@#%^&|`?:]+)|\$\d*|[^ \t\n\r\f\v]/g;

/** The tokens of a span of code. */
export function tokensOfCode(code: string): readonly string[] {
  return code.match(TOKEN) ?? [];
}

/** Calls `visit` for each token of a span of code, with offsets; return `false` to stop. Returns whether it stopped. */
export function visitCode(
  code: string,
  visit: (kind: CodeTokenKind, start: number, end: number) => void | boolean,
): boolean {
  for (const { 0: token, 1: word, 2: number, 3: operator, index } of code.matchAll(TOKEN)) {
    const kind = word ? 'word' : number ? 'number' : operator ? 'operator' : 'punctuation';
    if (visit(kind, index, index + token.length) === false) return true;
  }
  return false;
}
