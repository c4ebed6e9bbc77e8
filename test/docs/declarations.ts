import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The fields of every object type in a source file: by the literal of its `type`, or else by the type's name. */
export function readFields(file: string): ReadonlyMap<string, readonly string[]> {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const fields = new Map<string, readonly string[]>();
  const visit = (node: ts.Node, owner: string): void => {
    const name = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) ? node.name.text : owner;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node)) {
      const members = node.members.filter(ts.isPropertySignature);
      const names = members.map((member) => member.name.getText(source));
      fields.set(members.map((member) => typeLiteral(member, source)).find(Boolean) ?? name, names);
    }
    ts.forEachChild(node, (child) => visit(child, name));
  };
  visit(source, '');
  return fields;
}

function typeLiteral({ name, type }: ts.PropertySignature, source: ts.SourceFile): string | undefined {
  if (name.getText(source) !== 'type' || !type || !ts.isLiteralTypeNode(type)) return undefined;
  return ts.isStringLiteral(type.literal) ? type.literal.text : undefined;
}
