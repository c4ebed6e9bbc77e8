import ts from 'typescript';

/** A place in a file, and the value to compare with a limit. */
export interface Measured {
  /** `file:line`. */
  readonly place: string;
  readonly size: number;
}

const NESTING: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.IfStatement,
  ts.SyntaxKind.ForStatement,
  ts.SyntaxKind.ForOfStatement,
  ts.SyntaxKind.ForInStatement,
  ts.SyntaxKind.WhileStatement,
  ts.SyntaxKind.DoStatement,
  ts.SyntaxKind.SwitchStatement,
  ts.SyntaxKind.TryStatement,
]);

/** Parses a source file from its text. */
export function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

/** The number of lines of each function, signature included. A text of several lines counts as one. */
export function functionLengths(source: ts.SourceFile): Measured[] {
  return measure(source, (node, lineOf) =>
    ts.isFunctionLike(node) && 'body' in node && node.body
      ? lineOf(node.end) - lineOf(node.getStart()) + 1 - lineBreaksInTexts(node)
      : undefined,
  );
}

function lineBreaksInTexts(node: ts.Node): number {
  if (ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node))
    return node.getText().split('\n').length - 1;
  let breaks = 0;
  ts.forEachChild(node, (child) => {
    breaks += lineBreaksInTexts(child);
  });
  return breaks;
}

/** The depth of each statement that contains others; an `else if` is not deeper than its `if`. */
export function nestings(source: ts.SourceFile): Measured[] {
  return measure(source, (node) => (nests(node) ? depthOf(node) : undefined));
}

/** Each SQLSTATE that is written as a string. */
export function sqlstates(source: ts.SourceFile): Measured[] {
  return measure(source, (node) =>
    ts.isStringLiteralLike(node) && /^(?:[0-5][0-9A-Z]|F0|HV|P0|XX|NP)[0-9A-Z]{2}[0-9]$/.test(node.text)
      ? 1
      : undefined,
  );
}

/** Each use of the wall clock for anything but the present time as a date. */
export function wallClocks(source: ts.SourceFile): Measured[] {
  return measure(source, (node) =>
    ts.isPropertyAccessExpression(node) && node.getText() === 'Date.now' ? 1 : undefined,
  );
}

/** Each exported declaration without a doc comment. */
export function undocumented(source: ts.SourceFile): Measured[] {
  return measure(source, (node) => {
    const isExported = ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(isExport);
    const hasComment = ts.getJSDocCommentsAndTags(node).length > 0;
    return ts.isSourceFile(node.parent) && isExported && !hasComment ? 1 : undefined;
  });
}

function isExport({ kind }: ts.Modifier): boolean {
  return kind === ts.SyntaxKind.ExportKeyword;
}

function nests(node: ts.Node): boolean {
  const isElseIf = ts.isIfStatement(node.parent) && node.parent.elseStatement === node;
  return NESTING.has(node.kind) && !isElseIf;
}

function depthOf(node: ts.Node): number {
  let depth = 0;
  for (let at = node; !ts.isSourceFile(at); at = at.parent) {
    if (nests(at)) depth += 1;
    if (ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at)) break;
  }
  return depth;
}

function measure(
  source: ts.SourceFile,
  sizeOf: (node: ts.Node, lineOf: (offset: number) => number) => number | undefined,
): Measured[] {
  const lineOf = (offset: number): number => source.getLineAndCharacterOfPosition(offset).line + 1;
  const found: Measured[] = [];
  const visit = (node: ts.Node): void => {
    const size = sizeOf(node, lineOf);
    if (size !== undefined) found.push({ place: `${source.fileName}:${lineOf(node.getStart())}`, size });
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return found;
}
