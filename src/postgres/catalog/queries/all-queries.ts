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

/** Selects the number of objects and the sum of their hashes by group: columns `object_group`, `fingerprint`. */
export function fingerprintSql(scope: QueryScope, groups: readonly ObjectGroup[]): string {
  const selects = queriesOf(groups).map(
    (query) =>
      `SELECT '${query.group}' AS object_group, count(*) || ':' || coalesce(sum(${HASH}), 0) AS fingerprint FROM (${unionOf(query)}) AS o`,
  );
  return `WITH ${scopeSql(scope)} ${selects.join(' UNION ALL ')}`;
}

/** Selects all objects of groups, each with its group and its hash: columns `object_group` and `hash` before the others. */
export function objectsSql(scope: QueryScope, groups: readonly ObjectGroup[]): string {
  const selects = queriesOf(groups).map(
    (query) => `SELECT '${query.group}' AS object_group, ${HASH} AS hash, o.* FROM (${unionOf(query)}) AS o`,
  );
  return `WITH ${scopeSql(scope)} ${selects.join(' UNION ALL ')}`;
}

function queriesOf(groups: readonly ObjectGroup[]): readonly ObjectQuery[] {
  return QUERIES.filter(({ group }) => groups.includes(group));
}

function unionOf({ selects }: ObjectQuery): string {
  return selects.join(' UNION ALL ');
}
