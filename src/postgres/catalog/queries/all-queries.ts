import type { ObjectGroup } from '../../../core/catalog/object-group.js';
import type { ObjectQuery } from './object-query.js';
import { COMMENTS } from './options/comments.js';
import { DEFAULT_PRIVILEGES, GRANTS } from './options/grants.js';
import { SETTINGS } from './options/settings.js';
import { EXTENSIONS } from './others/extensions.js';
import { FOREIGN_DATA } from './others/foreign-data.js';
import { FUNCTIONS } from './others/functions.js';
import { OPERATORS } from './others/operators.js';
import { REPLICATION } from './others/replication.js';
import { TEXT_SEARCH } from './others/text-search.js';
import { TYPES } from './others/types.js';
import type { PresentKinds } from './rare-kinds.js';
import { scopeSql, type QueryScope } from './scope.js';
import { COLUMNS } from './tables/columns.js';
import { CONSTRAINTS } from './tables/constraints.js';
import { INDEXES } from './tables/indexes.js';
import { RELATIONS } from './tables/relations.js';
import { STATISTICS } from './tables/statistics.js';
import { TRIGGERS } from './tables/triggers.js';

const QUERIES: readonly ObjectQuery[] = [
  RELATIONS,
  COLUMNS,
  CONSTRAINTS,
  INDEXES,
  TRIGGERS,
  FUNCTIONS,
  TYPES,
  OPERATORS,
  TEXT_SEARCH,
  STATISTICS,
  FOREIGN_DATA,
  REPLICATION,
  EXTENSIONS,
  GRANTS,
  DEFAULT_PRIVILEGES,
  COMMENTS,
  SETTINGS,
];

/** Hashes an object on the server; the sum of a group's hashes does not depend on their order. */
const HASH = 'hashtextextended(concat_ws(chr(30), kind, schema, parent, name, definition, properties), 0)';

/** Which objects to select. */
export interface ObjectSelection {
  readonly scope: QueryScope;
  readonly groups: readonly ObjectGroup[];
  /** The rare kinds to include. The others are left out: planning their queries takes longer than running them. */
  readonly kinds: PresentKinds;
  /** True to leave out objects that are in no schema, and the schemas themselves. @default false */
  readonly isInSchemas?: boolean;
}

/**
 * Selects the number of objects and the sum of their hashes by group: columns `object_group`, `fingerprint`. No row for
 * a group without objects.
 */
export function fingerprintSql(selection: ObjectSelection): string {
  return (
    `WITH ${scopeSql(selection.scope)} SELECT object_group, count(*) || ':' || sum(${HASH}) AS fingerprint ` +
    `FROM (${unionOf(selection)}) AS o GROUP BY object_group`
  );
}

/** The fingerprint of a group without objects. */
export const EMPTY_GROUP = '0:0';

/**
 * Selects all objects of groups, each with its group and its hash: columns `object_group`, `hash`, `kind`, `schema`,
 * `parent`, `name`, `definition` and `properties`.
 */
export function objectsSql(selection: ObjectSelection): string {
  return `WITH ${scopeSql(selection.scope)} ${selectObjectsSql(selection)}`;
}

/** The same, inside a statement that has the common table expressions of scope.ts. */
export function selectObjectsSql(selection: ObjectSelection): string {
  const condition = selection.isInSchemas ? ' WHERE o.schema IS NOT NULL' : '';
  return `SELECT o.*, ${HASH} AS hash FROM (${unionOf(selection)}) AS o${condition}`;
}

function unionOf({ groups, kinds }: ObjectSelection): string {
  const selects = QUERIES.filter(({ group }) => groups.includes(group)).flatMap((query) =>
    query.selects
      .filter(({ rare }) => rare === undefined || kinds.has(rare))
      .map(({ sql }) => `SELECT '${query.group}' AS object_group, ${sql}`),
  );
  return selects.length > 0 ? selects.join(' UNION ALL ') : NO_OBJECTS;
}

const NO_OBJECTS = `SELECT ${['object_group', 'kind', 'schema', 'parent', 'name', 'definition', 'properties'].map((column) => `NULL::text AS ${column}`).join(', ')} WHERE false`;
