import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** A property of an interface, as its doc comment describes it. */
export interface DocumentedProperty {
  readonly name: string;
  readonly meaning: string;
  /** The text of `@default`. */
  readonly byDefault: string;
  /** Names in its type that may be interfaces. */
  readonly types: readonly string[];
}

/** An interface of the sources, with inherited properties first. */
export interface DocumentedInterface {
  readonly meaning: string;
  readonly properties: readonly DocumentedProperty[];
}

/** Finds an interface anywhere below `src`; undefined if there is none of that name. */
export type FindInterface = (name: string) => DocumentedInterface | undefined;

/** Reads all interfaces below `src`. Their names must be unique where they matter. */
export function readInterfaces(): FindInterface {
  const declarations = new Map(sourceFiles().flatMap(interfacesIn));
  const find: FindInterface = (name) => {
    const declaration = declarations.get(name);
    if (!declaration) return undefined;
    const inherited = (declaration.heritageClauses ?? [])
      .flatMap(namesIn)
      .flatMap((base) => find(base)?.properties ?? []);
    const own = declaration.members.filter(ts.isPropertySignature).map(documented);
    const again = new Set(own.map((each) => each.name));
    const kept = inherited.filter((each) => !again.has(each.name));
    return { meaning: commentOf(declaration), properties: [...kept, ...own] };
  };
  return find;
}

function sourceFiles(): string[] {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts')).map((file) => path.join('src', file));
}

function interfacesIn(file: string): [string, ts.InterfaceDeclaration][] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  return source.statements.filter(ts.isInterfaceDeclaration).map((each) => [each.name.text, each]);
}

function documented(property: ts.PropertySignature): DocumentedProperty {
  const tag = ts.getJSDocTags(property).find(({ tagName }) => tagName.text === 'default');
  return {
    name: property.name.getText(),
    meaning: commentOf(property),
    byDefault: plain(ts.getTextOfJSDocComment(tag?.comment) ?? ''),
    types: property.type ? namesIn(property.type) : [],
  };
}

function commentOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return plain(ts.getTextOfJSDocComment(comments.at(-1)?.comment) ?? '');
}

/** One line, without the escapes that a comment needs. */
function plain(text: string): string {
  return text
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .replaceAll('*\\/', '*/')
    .replaceAll(/\n+- /g, '<br>')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Every name that a type refers to. */
function namesIn(node: ts.Node): string[] {
  if (ts.isIdentifier(node)) return [node.text];
  const names: string[] = [];
  ts.forEachChild(node, (child) => void names.push(...namesIn(child)));
  return names;
}
