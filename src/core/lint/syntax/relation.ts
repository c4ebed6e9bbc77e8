import type { Node, RangeVar } from '@pgsql/types';
import { bodyOf } from './node.js';

/** The name of a table, view or index as written in a statement. */
export interface RelationName {
  /** Undefined if the name is unqualified. */
  readonly schema: string | undefined;
  readonly name: string;
}

/** The name of a relation; that of a temporary one is in the schema `pg_temp`. */
export function nameOf(relation: RangeVar | undefined): RelationName | undefined {
  if (relation?.relname === undefined) return undefined;
  const schema = relation.relpersistence === 't' ? 'pg_temp' : relation.schemaname;
  return { schema, name: relation.relname };
}

/** A name written as a list of strings, as in `DROP`. */
export function nameInList(node: Node): RelationName | undefined {
  if (!('List' in node)) return undefined;
  const [name, schema] = stringsOf(node.List.items).toReversed();
  return name === undefined ? undefined : { schema, name };
}

/** The values of string nodes. */
export function stringsOf(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));
}

/** The column that an expression names; undefined for another expression. */
export function columnIn(node: Node | undefined): string | undefined {
  return stringsOf(bodyOf('ColumnRef', node)?.fields).at(-1);
}

/** The text of a string constant; undefined for another expression. */
export function stringIn(node: Node | undefined): string | undefined {
  return bodyOf('A_Const', node)?.sval?.sval;
}

/** A name for messages. */
export function shown({ schema, name }: RelationName): string {
  return schema === undefined ? name : `${schema}.${name}`;
}
