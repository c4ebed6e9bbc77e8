import type { Node, RangeVar } from '@pgsql/types';
import { partsOf } from '../../sql/statements/syntax-tree.js';
import { bodyOf } from './node.js';
import { stringsOf } from './relation.js';

/** A schema that a statement names. */
export interface NamedSchema {
  readonly name: string;
  /** Where, if the parser reports it. */
  readonly location: number | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Fields with the name of an object as a list of strings. */
const NAMES = ['funcname', 'names', 'typeName', 'domainname', 'collname', 'collation', 'defnames', 'objname', 'name'];
/** Kinds whose names follow that of their table. */
const OF_TABLES = ['COLUMN', 'TABCONSTRAINT', 'TRIGGER', 'POLICY', 'RULE'].map((kind) => `OBJECT_${kind}`);

/** The schemas that a statement names. Strings are not read, and so neither are the bodies of functions. */
export function schemasIn(statement: Node): NamedSchema[] {
  return partsOf(statement).flatMap((part) => {
    const fields = part as Fields;
    const { schemaname, newschema, location } = fields;
    const names = [
      schemaname,
      newschema,
      ...NAMES.map((field) => schemaOf(fields[field])),
      ...schemasOfObjects(fields),
    ];
    const at = typeof location === 'number' ? location : undefined;
    return names.flatMap((name) => (typeof name === 'string' && name !== '' ? [{ name, location: at }] : []));
  });
}

/** The schemas in which a statement creates something. @param byDefault the schema of unqualified names */
export function schemasOfCreated(statement: Node, byDefault: string): string[] {
  const [kind = '', body] = Object.entries(statement)[0] ?? [];
  if (!/^Create|^ViewStmt$|^CompositeTypeStmt$/.test(kind)) return [];
  const { relation, view } = body as { readonly relation?: RangeVar; readonly view?: RangeVar };
  const created = relation ?? view;
  const isUnqualified = created !== undefined && created.schemaname === undefined;
  return [...schemasIn(statement).map(({ name }) => name), ...(isUnqualified ? [byDefault] : [])];
}

/** The last string is the name of the object itself. */
function schemaOf(names: unknown, fromEnd = 2): string | undefined {
  const strings = Array.isArray(names) ? stringsOf(names as Node[]) : [];
  return strings.at(-fromEnd);
}

/** Those of `DROP`, `COMMENT` and `GRANT`, of `CREATE EXTENSION` and of `ALTER DEFAULT PRIVILEGES`. */
function schemasOfObjects({ objects, object, objtype, removeType, targtype, defname, arg }: Fields): unknown[] {
  const type = removeType ?? objtype;
  const listed = [...(Array.isArray(objects) ? (objects as Node[]) : []), ...(object ? [object as Node] : [])];
  const isSchema = type === 'OBJECT_SCHEMA' || targtype === 'ACL_TARGET_ALL_IN_SCHEMA';
  const options = defname === 'schema' || defname === 'schemas' ? [arg as Node] : [];
  return [
    ...listed.flatMap((node) =>
      isSchema ? stringsOf([node]) : [schemaOf(itemsOf(node), OF_TABLES.some((each) => each === type) ? 3 : 2)],
    ),
    ...options.flatMap((node) => stringsOf(itemsOf(node) ?? [node])),
  ];
}

function itemsOf(node: Node): readonly Node[] | undefined {
  return bodyOf('List', node)?.items;
}
