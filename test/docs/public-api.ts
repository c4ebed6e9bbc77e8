import path from 'node:path';
import ts from 'typescript';
import { readFileSync } from 'node:fs';
import { parse } from '../architecture/shape.js';

/** A declaration that an entry point of the package exports. */
export type PublicDeclaration =
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.VariableStatement;

const ENTRIES = [
  'src/index.ts',
  'src/testing.ts',
  'src/testing-nest.ts',
  'src/otel.ts',
  'src/pg-boss.ts',
  'src/cli.ts',
];

const sources = new Map<string, ts.SourceFile>();

function sourceOf(file: string): ts.SourceFile {
  const known = sources.get(file) ?? parse(file, readFileSync(file, 'utf8'));
  sources.set(file, known);
  return known;
}

/** The declarations that the entry points export, by name. */
export function publicDeclarations(): ReadonlyMap<string, PublicDeclaration> {
  return new Map(ENTRIES.flatMap((entry) => [...exportsOf(entry)]));
}

function exportsOf(file: string): Map<string, PublicDeclaration> {
  const found = new Map(declarationsIn(file).filter(([, each]) => isExported(each)));
  for (const statement of sourceOf(file).statements) {
    if (!ts.isExportDeclaration(statement)) continue;
    const { exportClause: clause, moduleSpecifier } = statement;
    const names =
      clause && ts.isNamedExports(clause)
        ? clause.elements.map(({ name, propertyName }) => [name.text, (propertyName ?? name).text] as const)
        : undefined;
    const all = moduleSpecifier ? exportsOf(fileOf(file, moduleSpecifier)) : importedInto(file);
    for (const [name, original] of names ?? [...all.keys()].map((each) => [each, each] as const)) {
      const declaration = all.get(original);
      if (!declaration) throw new Error(`${file} exports ${name}, which was not found`);
      found.set(name, declaration);
    }
  }
  return found;
}

function declarationsIn(file: string): [string, PublicDeclaration][] {
  return sourceOf(file).statements.flatMap((statement): [string, PublicDeclaration][] => {
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => [name.getText(), statement]);
    const isNamed =
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement);
    return isNamed && statement.name ? [[statement.name.text, statement]] : [];
  });
}

function isExported(declaration: PublicDeclaration): boolean {
  return declaration.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

/** What a file imports from our own files, by name. */
export function importedInto(file: string): Map<string, PublicDeclaration> {
  const found = new Map<string, PublicDeclaration>();
  for (const statement of sourceOf(file).statements) {
    if (!ts.isImportDeclaration(statement) || !statement.moduleSpecifier.getText().includes('./')) continue;
    const bindings = statement.importClause?.namedBindings;
    const exported = exportsOf(fileOf(file, statement.moduleSpecifier));
    for (const { name, propertyName } of bindings && ts.isNamedImports(bindings) ? bindings.elements : []) {
      const declaration = exported.get((propertyName ?? name).getText());
      if (declaration) found.set(name.text, declaration);
    }
  }
  return found;
}

function fileOf(from: string, specifier: ts.Expression): string {
  const { text } = specifier as ts.StringLiteral;
  return path.posix.join(path.posix.dirname(from), text).replace(/\.js$/, '.ts');
}

/** The members that callers see, including those in the parts of a union and in nested object types. */
export function membersOf(declaration: PublicDeclaration): (ts.TypeElement | ts.ClassElement)[] {
  const found: (ts.TypeElement | ts.ClassElement)[] = [];
  const visit = (node: ts.Node): void => {
    if (isHidden(node)) return;
    if (ts.isTypeElement(node) || ts.isClassElement(node)) found.push(node);
    if (!ts.isConstructorDeclaration(node) && !ts.isBlock(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(declaration, visit);
  return found.filter((each) => each.name !== undefined);
}

function isHidden(node: ts.Node): boolean {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  const isPrivate = modifiers.some(
    ({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword,
  );
  const isHash = ts.isClassElement(node) && node.name !== undefined && ts.isPrivateIdentifier(node.name);
  return isPrivate || isHash || hasTag(node, 'internal');
}

/** Our types that callers pass to a declaration or its members, or get from them. */
export function typesIn(declaration: PublicDeclaration): PublicDeclaration[] {
  const file = declaration.getSourceFile().fileName;
  const ours = new Map([...importedInto(file), ...exportsOf(file)]);
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node)) return;
    if (ts.isTypeReferenceNode(node)) names.add(node.typeName.getText());
    ts.forEachChild(node, visit);
  };
  for (const node of ts.isFunctionDeclaration(declaration) ? [declaration] : membersOf(declaration)) visit(node);
  return [...names].map((name) => ours.get(name)).filter((each) => each !== undefined);
}

export function hasComment(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).length > 0;
}

export function hasTag(node: ts.Node, tag: string): boolean {
  return ts.getJSDocTags(node).some(({ tagName }) => tagName.text === tag);
}
