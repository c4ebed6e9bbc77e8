import type { RangeVar, ReindexStmt, IndexStmt, Node } from '@pgsql/types';
import { quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';
import { asIndex, indexShape } from '../../core/sql/statements/index-shape.js';
import { Backoff } from '../../timing/backoff.js';
import { parseStatements } from '../parser/parse-sql.js';
import { namesOf, quotedName, regclass } from './relation.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { IS_BEING_BUILT } from './queries/tables/index-builds.js';

/** An index in the catalog. */
interface TableIndex {
  readonly schema: string;
  readonly name: string;
  /** `schema.name`, quoted where needed. */
  readonly quoted: string;
  readonly valid: boolean;
  /** True while a backend is building it: invalid, but not a leftover. */
  readonly building: boolean;
  readonly definition: string;
}

/** How to wait for an index that another backend is building. The wait has no timeout. */
interface BuildWait {
  /** Called once, with the name of the index. */
  readonly onWait: (index: string) => void;
  /** Ends the wait. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Drops the invalid indexes that an earlier concurrent build left behind. Otherwise `IF NOT EXISTS` would accept the
 * invalid index, and an unnamed build would create a second one next to it.
 *
 * @returns the names of the dropped indexes.
 * @throws the driver's error.
 */
export async function dropInvalidLeftovers(
  connection: PgConnection,
  node: Node | undefined,
  wait: BuildWait,
): Promise<string[]> {
  const leftovers = await findLeftovers(connection, node, wait);
  const dropped: string[] = [];
  for (const { schema, name } of leftovers) {
    const { error } = await connection.run(`DROP INDEX CONCURRENTLY IF EXISTS ${quotedName([schema, name])}`);
    if (error) throw error;
    dropped.push(`${schema}.${name}`);
  }
  return dropped;
}

/** The invalid indexes left by a failed concurrent build, as `schema.name`, quoted where needed. */
export async function invalidIndexesOf(connection: PgConnection, node: Node | undefined): Promise<string[]> {
  const find = finder(connection, node);
  if (!find) return [];
  return (await find()).filter(({ valid, building }) => !valid && !building).map(({ quoted }) => quoted);
}

/** A query for the indexes that a concurrent build affects. */
function finder(connection: PgConnection, node: Node | undefined): (() => Promise<TableIndex[]>) | undefined {
  const index = asIndex(node);
  return index?.concurrent ? () => matchingIndexes(connection, index) : reindexLeftovers(connection, node);
}

async function findLeftovers(connection: PgConnection, node: Node | undefined, wait: BuildWait): Promise<TableIndex[]> {
  const find = finder(connection, node);
  if (!find) return [];
  const findInvalid = async (): Promise<TableIndex[]> => (await find()).filter(({ valid }) => !valid);
  let invalid = await findInvalid();
  let building = invalid.find((each) => each.building);
  if (building) wait.onWait(`${building.schema}.${building.name}`);
  const backoff = new Backoff();
  while (building) {
    if (wait.signal?.aborted) return [];
    await backoff.pause(wait.signal);
    invalid = await findInvalid();
    building = invalid.find((each) => each.building);
  }
  // The query is not atomic: a build may have ended between the checks for validity and for the builder. Check again.
  return invalid.length === 0 ? [] : findInvalid();
}

/** The indexes that match a `CREATE INDEX` statement: by name or, for an unnamed index, by definition. */
export async function matchingIndexes(connection: PgConnection, statement: IndexStmt): Promise<TableIndex[]> {
  const indexes = await indexesOf(connection, statement.relation);
  if (statement.idxname) return indexes.filter(({ name }) => name === statement.idxname);
  const wanted = indexShape(statement);
  const shapes = await Promise.all(
    indexes.map(async ({ definition }) => (await parseStatements(definition))?.[0]?.node),
  );
  return indexes.filter((_, i) => {
    const index = asIndex(shapes[i]);
    return index !== undefined && indexShape(index) === wanted;
  });
}

/** `REINDEX CONCURRENTLY` builds `…_ccnew` next to each index. If it fails, that index stays behind, invalid. */
function reindexLeftovers(connection: PgConnection, node: Node | undefined): (() => Promise<TableIndex[]>) | undefined {
  if (!node || !('ReindexStmt' in node)) return undefined;
  const scope = reindexScope(node.ReindexStmt);
  if (scope === undefined) return undefined;
  return async () => (await selectIndexes(connection, scope)).filter(({ name }) => /_cc(?:new|old)\d*$/.test(name));
}

function reindexScope({ kind, relation, name }: ReindexStmt): string | undefined {
  switch (kind) {
    case 'REINDEX_OBJECT_TABLE':
      return withToast(`oid = ${regclass(namesOf(relation))}`);
    case 'REINDEX_OBJECT_INDEX':
      return `i.indrelid = (SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid = ${regclass(namesOf(relation))})`;
    case 'REINDEX_OBJECT_SCHEMA':
      return withToast(
        `relnamespace = pg_catalog.to_regnamespace(${quoteLiteral(quoteIdentifier(name ?? ''))})::pg_catalog.oid`,
      );
    case 'REINDEX_OBJECT_DATABASE':
      return 'true';
    default:
      return undefined;
  }
}

/** Restricts indexes to the tables that a condition selects, and their TOAST tables. */
function withToast(condition: string): string {
  return `i.indrelid IN (SELECT pg_catalog.unnest(ARRAY[oid, reltoastrelid]) FROM pg_catalog.pg_class WHERE ${condition})`;
}

function indexesOf(connection: PgConnection, relation: RangeVar | undefined): Promise<TableIndex[]> {
  return selectIndexes(connection, `i.indrelid = ${regclass(namesOf(relation))}`);
}

async function selectIndexes(connection: PgConnection, condition: string): Promise<TableIndex[]> {
  const rows = await connection.query(
    `SELECT n.nspname::text AS schema, c.relname::text AS name, pg_catalog.format('%I.%I', n.nspname, c.relname) AS quoted, i.indisvalid AND i.indisready AS valid,
            ${IS_BEING_BUILT} AS building,
            pg_catalog.pg_get_indexdef(i.indexrelid) AS definition
       FROM pg_catalog.pg_index i
       JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'i' AND ${condition}`,
  );
  return rows.map((row) => ({
    schema: row['schema'] ?? '',
    name: row['name'] ?? '',
    quoted: row['quoted'] ?? '',
    valid: row['valid'] === 't',
    building: row['building'] === 't',
    definition: row['definition'] ?? '',
  }));
}
