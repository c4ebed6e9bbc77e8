/** Comments, strings, templates without nested templates, and regular expressions where an expression may begin. */
const OPAQUE =
  /\/\/[^\n]*|\/\*[^]*?\*\/|'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*"|`(?:\\[^]|[^`\\])*`|(?<=[(,=:[!&|?{};]\s*|^\s*|\breturn\s+)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\n\\])*\]|[^/\n\\[])+\//gm;

/** TypeScript with the contents of comments and literals blanked out, so that only code is left. Positions are kept. */
export function codeOf(text: string): string {
  return text.replaceAll(OPAQUE, (found) =>
    /^\/[/*]/.test(found) ? blank(found) : found[0] + blank(found.slice(1, -1)) + found.at(-1),
  );
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ');
}

/** The position of the bracket that closes the one at `open`; -1 if there is none. */
export function closingOf(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if ('([{'.includes(code.charAt(at))) depth++;
    if (')]}'.includes(code.charAt(at)) && --depth === 0) return at;
  }
  return -1;
}

/** The positions of the commas that separate the list between two brackets, excluding those in nested lists. */
export function commasOf(code: string, open: number, close: number): number[] {
  const commas: number[] = [];
  for (let at = open + 1; at < close; at++) {
    if ('([{'.includes(code.charAt(at))) at = closingOf(code, at);
    if (at < 0) return commas;
    if (code.charAt(at) === ',') commas.push(at);
  }
  return commas;
}

/** The indentation unit of a file. */
export function indentOf(text: string): string {
  return /^(?:\t|  +)(?=\S)/m.exec(text)?.[0] ?? '  ';
}

/** The white space at the beginning of the line with this position. */
export function indentAt(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1))?.[0] ?? '';
}

/** Appends an element to the list between two brackets, on a line of its own. */
export function appended(text: string, open: number, close: number, element: string): string {
  const code = codeOf(text);
  const outer = indentAt(text, open);
  const inner = outer + indentOf(text);
  const indented = element.replaceAll('\n', `\n${inner}`).replaceAll('\t', indentOf(text));
  const written = code.slice(open + 1, close).trimEnd();
  const last = open + 1 + written.length;
  const [before, after] = [text.slice(0, last), text.slice(last, close)];
  const comma = written === '' || written.endsWith(',') ? '' : ',';
  if (code.slice(open, close).includes('\n')) {
    // A comment after the last element stays next to it.
    const comment = /^[^\n]*\S/.exec(after)?.[0] ?? '';
    const rest = after.slice(comment.length).trimEnd();
    return `${before}${comma}${comment}${rest}\n${inner}${indented},\n${outer}${text.slice(close)}`;
  }
  const bounds = [open, ...commasOf(code, open, close), close];
  const elements = bounds.slice(1).map((end, i) => text.slice((bounds[i] ?? 0) + 1, end).trim());
  const lines = [...elements.filter((each) => each !== ''), indented].map((each) => `\n${inner}${each},`);
  return `${text.slice(0, open + 1)}${lines.join('')}\n${outer}${text.slice(close)}`;
}

/** Adds an import after the others, in the same style. */
export function withImport(text: string, name: string, from: string): string {
  const imports = [...text.matchAll(/^import\b[^;]*?(['"])[^'"\n]*\1(;?)[^\n]*$/gm)];
  const last = imports.at(-1);
  const [quote = "'", semicolon = ';'] = last ? [last[1], last[2]] : [];
  const line = `import { ${name} } from ${quote}${from}${quote}${semicolon}`;
  if (!last) return `${line}\n\n${text}`;
  const end = last.index + last[0].length;
  return `${text.slice(0, end)}\n${line}${text.slice(end)}`;
}
