import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { hasComment, hasTag, membersOf, publicDeclarations, typesIn, type PublicDeclaration } from './public-api.js';

const api = publicDeclarations();
const inSources = [...api].filter(([, each]) => each.getSourceFile().fileName.startsWith('src/'));

/** Names of declarations, with a list for each; those with an empty one left out. */
const problems = (of: (declaration: PublicDeclaration, name: string) => readonly string[]): string[] =>
  inSources.flatMap(([name, declaration]) => of(declaration, name).map((each) => `${name}: ${each}`));

const nameOf = ({ name }: { readonly name?: ts.PropertyName | ts.BindingName | undefined }): string =>
  name?.getText() ?? '';

const isOptions = (name: string): boolean => /(?:Options|Rules|Policy|Config|Limit)$/.test(name);

function isGroup({ type }: ts.PropertySignature): boolean {
  const parts = type && ts.isUnionTypeNode(type) ? type.types : [type];
  return parts.some((part) => {
    if (!part || !ts.isTypeReferenceNode(part)) return false;
    const [argument] = part.typeArguments ?? [];
    return isOptions(part.typeName.getText()) || (argument !== undefined && isOptions(argument.getText()));
  });
}

/** The public fields of a class, including those that its constructor declares. */
function fieldsOf(declaration: ts.ClassDeclaration): (ts.ClassElement | ts.ParameterDeclaration)[] {
  const parameters = declaration.members.filter(ts.isConstructorDeclaration).flatMap((each) => [...each.parameters]);
  const declared = parameters.filter((each) =>
    each.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword),
  );
  const fields = membersOf(declaration).filter((each): each is ts.ClassElement => !ts.isTypeElement(each));
  return [...fields, ...declared].filter((each) => !/\boverride\b|\bprivate\b/.test(each.getText()));
}

describe('the public API', () => {
  test('is not empty', () => {
    expect([...api.keys()]).toEqual(
      expect.arrayContaining(['MigrationsModule', 'Migrator', 'RefusedError', 'MigratorOptions', 'migrationTelemetry']),
    );
    expect(membersOf(api.get('MigrationFailedError') as PublicDeclaration).map(nameOf)).toEqual(['file', 'failure']);
  });

  test('has a doc comment for everything that it exports', () => {
    expect(problems((declaration) => (hasComment(declaration) ? [] : ['no doc comment']))).toEqual([]);
  });

  test('gives the default of every option', () => {
    // The options of the driver are those of `pg`; options that are groups have the defaults of their members.
    const missing = problems((declaration, name) => {
      if (!isOptions(name) || name === 'PgConnectionConfig') return [];
      const optional = membersOf(declaration).filter(
        (each): each is ts.PropertySignature => ts.isPropertySignature(each) && each.questionToken !== undefined,
      );
      return optional.filter((each) => !hasTag(each, 'default') && !isGroup(each)).map(nameOf);
    });
    expect(missing).toEqual([]);
  });

  test('documents what every operation throws', () => {
    const operations = membersOf(api.get('MigrationOperations') as PublicDeclaration).filter(ts.isMethodSignature);
    expect(operations.length).toBeGreaterThan(20);
    expect(operations.filter((each) => !hasTag(each, 'throws')).map(nameOf)).toEqual([]);
  });

  test('has a doc comment for every field of an error', () => {
    const missing = problems((declaration, name) => {
      const isError = ts.isClassDeclaration(declaration) && name.endsWith('Error');
      return isError
        ? fieldsOf(declaration)
            .filter((each) => !hasComment(each))
            .map(nameOf)
        : [];
    });
    expect(missing).toEqual([]);
  });

  test('exports every type that its signatures name', () => {
    const exported = new Set(api.values());
    const missing = problems((declaration) =>
      typesIn(declaration)
        .filter((each) => !exported.has(each))
        .map((each) => ('name' in each ? (each.name?.text ?? '') : each.getText())),
    );
    expect(missing).toEqual([]);
  });
});
