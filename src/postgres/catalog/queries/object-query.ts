import type { ObjectKind } from '../../../core/catalog/catalog-object.js';
import type { ObjectGroup } from '../../../core/catalog/object-group.js';
import { isRareKind, type RareKind } from './rare-kinds.js';

/**
 * Selects the objects of one group, in any order. Each of its statements has the columns of {@link selectObjects} and may
 * use the common table expressions of scope.ts: `covered_schema` and `relation`.
 */
export interface ObjectQuery {
  readonly group: ObjectGroup;
  readonly selects: readonly ObjectSelect[];
}

/** One statement of a query, without the word SELECT. */
export interface ObjectSelect {
  readonly sql: string;
  /** The query has rows only if there are objects of this kind. @default it is always needed */
  readonly rare: RareKind | undefined;
}

/** The columns of a query. Values are SQL expressions; one that is NULL is absent. */
interface ObjectColumns {
  /** A kind, or an expression for it. */
  readonly kind: ObjectKind | { readonly sql: string };
  /** The parts of its name. @default NULL: it is in no schema, or belongs to no other object */
  readonly schema?: string;
  readonly parent?: string;
  readonly name: string;
  /** @default NULL */
  readonly definition?: string;
  readonly properties?: Readonly<Record<string, string>>;
  /** Everything from FROM on. */
  readonly from: string;
  /** The query has rows only if there are objects of this kind. @default its own kind, if that is a rare one */
  readonly rare?: RareKind;
}

/** Separates properties; it does not occur in names or expressions of a database. */
export const SEPARATOR = '\u001f';
const SEPARATOR_SQL = 'chr(31)';

/** Builds a SELECT with the columns of every object query: all of type text. */
export function selectObjects(columns: ObjectColumns): ObjectSelect {
  const { kind, schema, parent, name, definition, properties = {}, from } = columns;
  const listed = Object.entries(properties).map(([property, sql]) => `'${property}: ' || ${text(sql)}`);
  const own = typeof kind === 'string' && isRareKind(kind) ? kind : undefined;
  return {
    rare: columns.rare ?? own,
    sql:
      `${text(typeof kind === 'string' ? `'${kind}'` : kind.sql)} AS kind, ${text(schema)} AS schema, ` +
      `${text(parent)} AS parent, ${text(name)} AS name, ${text(definition)} AS definition, ` +
      `${listed.length === 0 ? 'NULL::text' : `concat_ws(${[SEPARATOR_SQL, ...listed].join(', ')})`} AS properties ${from}`,
  };
}

function text(sql = 'NULL'): string {
  return `(${sql})::text`;
}

/** The name of a role. */
export function role(oid: string): string {
  return `pg_get_userbyid(${oid})`;
}

/** `true` or absent: for rare properties. */
export function flag(condition: string): string {
  return `CASE WHEN ${condition} THEN 'true' END`;
}

/** The elements of an array in alphabetical order, because their order has no meaning. NULL if there are none. */
export function list(array: string): string {
  return `CASE WHEN ${array} IS NOT NULL THEN (SELECT string_agg(e::text, ', ' ORDER BY e::text COLLATE "C") FROM unnest(${array}) AS e) END`;
}

/** Readable words for a one-letter code. Codes that are not listed are absent. */
export function words(code: string, meanings: Readonly<Record<string, string>>): string {
  const cases = Object.entries(meanings).map(([letter, meaning]) => `WHEN '${letter}' THEN '${meaning}'`);
  return `CASE ${code} ${cases.join(' ')} END`;
}

/** A `reg…` value as text; absent for 0. */
export function named(oid: string, type: string): string {
  return `CASE WHEN ${oid}::oid <> 0 THEN ${oid}::oid::pg_catalog.${type}::text END`;
}

/** A qualified name without its schema. PostgreSQL quotes the schema where necessary. */
export function withoutSchema(qualified: string, schema: string): string {
  return `substr(${qualified}, length(quote_ident(${schema})) + 2)`;
}

/** Condition: an object in this catalog belongs to no extension. */
export function notOfExtension(catalog: string, oid: string): string {
  return `${oid} NOT IN (SELECT m.objid FROM extension_member m WHERE m.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass)`;
}

/** The prefix of the names of our event triggers (`companions/ddl-audit.ts`). */
export const EVENT_TRIGGER_PREFIX = 'nestjs_pg_migrations';

/** Condition on `pg_event_trigger v`: its name shows that it belongs to the DDL audit. */
export const IS_OUR_EVENT_TRIGGER = `v.evtname ~ '^${EVENT_TRIGGER_PREFIX}_(ddl|drop)_[0-9a-f]{8}$'`;

/** OIDs below this one belong to PostgreSQL itself (`FirstNormalObjectId`). */
export const FIRST_USER_OID = 16_384;

/** A 24-bit hash instead of a value that may be a secret: a change is visible, the value is not. */
export function digest(value: string): string {
  return `'#' || to_hex(hashtext(${value}) & 16777215)`;
}

const nameIn = (option: string): string => `split_part(${option}, '=', 1)`;
const valueIn = (option: string): string => `substr(${option}, strpos(${option}, '=') + 1)`;

/** Condition on `e` (`name=value`): the name suggests that the value is a secret. */
const MAY_BE_SECRET = `${nameIn('e')} ~* 'pass|secret|token|credential|api_?key|private_?key'`;

/** Options (`name=value`) in alphabetical order, without secrets. @param isSecret condition on `e` */
export function maskedList(options: string, isSecret = MAY_BE_SECRET): string {
  const masked = `${nameIn('e')} || '=' || ${digest(valueIn('e'))}`;
  return (
    `CASE WHEN ${options} IS NOT NULL THEN (SELECT string_agg(CASE WHEN ${isSecret} THEN ${masked} ELSE e END, ', ' ORDER BY e COLLATE "C") ` +
    `FROM unnest(${options}) AS e) END`
  );
}

/** The value of a setting (`name=value`). Applications may keep secrets in custom settings, whose names have a dot. */
export function maskedSetting(setting: string): string {
  return `CASE WHEN strpos(${nameIn(setting)}, '.') > 0 THEN ${digest(valueIn(setting))} ELSE ${valueIn(setting)} END`;
}
