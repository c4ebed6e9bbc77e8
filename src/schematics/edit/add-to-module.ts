import { appended, closingOf, codeOf, commasOf, indentAt, indentOf } from './source-text.js';

/**
 * The text of a module with one more element in its `imports`.
 *
 * @returns undefined if the module is not a plain literal
 */
export function withModuleImport(text: string, element: string): string | undefined {
  const code = codeOf(text);
  const decorators = [...code.matchAll(/@Module\s*\(\s*\{/g)];
  const [decorator] = decorators;
  if (!decorator || decorators.length > 1) return undefined;
  const open = decorator.index + decorator[0].length - 1;
  const close = closingOf(code, open);
  if (close < 0 || !/^\}\s*,?\s*\)/.test(code.slice(close))) return undefined;
  const starts = [open, ...commasOf(code, open, close)].map((at) => at + 1);
  const imports = starts.find((at) => /^\s*imports\b/.test(code.slice(at, close)));
  if (imports === undefined) {
    if (starts.some((at) => /^\s*\.\.\./.test(code.slice(at, close)))) return undefined;
    return withModuleImport(withEmptyImports(text, open), element);
  }
  return withElement(text, code, imports, element);
}

/** The same, when `imports` is the property at this position. */
function withElement(text: string, code: string, property: number, element: string): string | undefined {
  const start = /^\s*imports\s*:\s*\[/.exec(code.slice(property));
  if (!start) return undefined;
  const list = property + start[0].length - 1;
  const end = closingOf(code, list);
  return end > 0 && /^\]\s*[,}]/.test(code.slice(end)) ? appended(text, list, end, element) : undefined;
}

function withEmptyImports(text: string, open: number): string {
  const indent = indentAt(text, open) + indentOf(text);
  const rest = text.slice(open + 1);
  const isEmpty = /^\s*\}/.test(rest);
  const gap = isEmpty || rest.startsWith('\n') ? '' : `\n${indent}`;
  return `${text.slice(0, open + 1)}\n${indent}imports: [],${gap}${isEmpty ? `\n${rest.trimStart()}` : rest}`;
}
