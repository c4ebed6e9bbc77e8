/** Kinds of objects that belong to another one: to a table, a view, a domain, a server or anything with a comment. */
const PART_KINDS = [
  'column',
  'constraint',
  'not-null constraint',
  'index',
  'trigger',
  'rule',
  'policy',
  'user mapping',
  'extension dependency',
  'grants',
  'comment',
] as const;

type PartKind = (typeof PART_KINDS)[number];

/** What an object is, in PostgreSQL's own words. */
export type ObjectKind =
  | PartKind
  | 'schema'
  | 'table'
  | 'view'
  | 'materialized view'
  | 'foreign table'
  | 'event trigger'
  | 'function'
  | 'procedure'
  | 'aggregate'
  | 'enum'
  | 'composite type'
  | 'range type'
  | 'domain'
  | 'base type'
  | 'sequence'
  | 'operator'
  | 'operator class'
  | 'operator family'
  | 'cast'
  | 'text search configuration'
  | 'text search dictionary'
  | 'text search parser'
  | 'text search template'
  | 'collation'
  | 'conversion'
  | 'statistics'
  | 'foreign-data wrapper'
  | 'foreign server'
  | 'publication'
  | 'subscription'
  | 'extension'
  | 'language'
  | 'transform'
  | 'access method'
  | 'default privileges'
  | 'database'
  | 'setting';

/** An object in the catalog of a database. */
export interface CatalogObject {
  readonly kind: ObjectKind;
  /** Those of schema, owning object and own name that it has, unquoted. The name of a function includes its types. */
  readonly name: readonly string[];
  /** SQL, as PostgreSQL writes it; empty if the properties say everything. */
  readonly definition: string;
  /** What the definition does not say. Properties with their default value are absent. */
  readonly properties: Readonly<Record<string, string>>;
}

/** Identifies an object within its catalog. */
export function objectKey({ kind, name }: CatalogObject): string {
  return JSON.stringify([kind, ...name]);
}

/** True if objects of this kind belong to another one. */
export function isPartKind(kind: ObjectKind): kind is PartKind {
  return (PART_KINDS as readonly ObjectKind[]).includes(kind);
}

/** The name of the object that it belongs to; undefined for a top-level object. */
export function ownerOfPart({ kind, name }: CatalogObject): readonly string[] | undefined {
  return isPartKind(kind) ? name.slice(0, -1) : undefined;
}

/** For messages: `Column public.orders.note`, `Trigger audit on public.orders`. */
export function displayObject(object: CatalogObject): string {
  const { kind, name } = object;
  const own = name.at(-1) ?? '';
  const owner = ownerOfPart(object)?.join('.') ?? '';
  if (kind === 'comment') return `Comment on ${own}`;
  if (kind === 'grants') return `Grants on ${[own, owner].filter(Boolean).join(' ')}`;
  const text = kind === 'column' || owner === '' ? name.join('.') : `${own} on ${owner}`;
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${text}`;
}

/** The object as lines of text, for diffs. */
export function describeObject({ definition, properties }: CatalogObject): string {
  const lines = Object.entries(properties).map(([name, value]) => `${name}: ${value}`);
  return [...(definition === '' ? [] : [definition]), ...lines].join('\n');
}
