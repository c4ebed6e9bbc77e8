import { setTimeout as sleep } from 'node:timers/promises';
import type { RangeVar, ReindexStmt, IndexStmt, Node } from '@pgsql/types';
import type { ClientBase } from 'pg';
import { quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';
import { asIndex, indexShape } from '../../core/sql/statements/index-shape.js';
import { parseStatements } from '../parser/parse-sql.js';
import { namesOf, regclass, written } from './relation.js';
import { querySimply } from '../connection/script.js';

/** An index of a table, as the catalog has it. */
export interface TableIndex {
  readonly schema: string;
  readonly name: string;
  readonly valid: boolean;
  /** True while some backend is building it: then it is invalid and sound. */
  readonly building: boolean;
  readonly definition: string;
}

const POLL_MS = 250;

/**
 * How to wait for an index that another backend is building: as long as that takes, like any statement that waits for a
 * table.
 */
export interface BuildWait {
  /** Told once, with the name of the index. */
  readonly onWait: (index: string) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Removes the invalid indexes that an earlier attempt at a concurrent build left behind. `IF NOT EXISTS` would take
 * such an index for the one that is wanted, and an unnamed build would put another one beside it.
 *
 * @returns the names of what was dropped.
 */
export async function dropInvalidLeftovers(
  client: ClientBase,
  node: Node | undefined,
  wait: BuildWait,
): Promise<string[]> {
  const leftovers = await findLeftovers(client, node, wait);
  const dropped: string[] = [];
  for (const { schema, name } of leftovers) {
    await querySimply(client, `DROP INDEX CONCURRENTLY IF EXISTS ${written([schema, name])}`);
    dropped.push(`${schema}.${name}`);
  }
  return dropped;
}

async function findLeftovers(client: ClientBase, node: Node | undefined, wait: BuildWait): Promise<TableIndex[]> {
  const index = asIndex(node);
  const find = index?.concurrent ? () => matchingIndexes(client, index) : reindexRemains(client, node);
  if (!find) return [];
  const findInvalid = async (): Promise<TableIndex[]> => (await find()).filter(({ valid }) => !valid);
  let invalid = await findInvalid();
  let building = invalid.find((each) => each.building);
  if (building) wait.onWait(`${building.schema}.${building.name}`);
  while (building) {
    if (wait.signal?.aborted) return [];
    await sleep(POLL_MS);
    invalid = await findInvalid();
    building = invalid.find((each) => each.building);
  }
  // A builder may have ended between the look at the index and the look at the builder: what is invalid now stays so.
  return invalid.length === 0 ? [] : findInvalid();
}

/** The indexes that a `CREATE INDEX` statement means: those of its name, or without one those of its shape. */
export async function matchingIndexes(client: ClientBase, statement: IndexStmt): Promise<TableIndex[]> {
  const indexes = await indexesOf(client, statement.relation);
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

/** `REINDEX CONCURRENTLY` builds `…_ccnew` beside each index, and leaves it there, invalid, when it fails. */
function reindexRemains(client: ClientBase, node: Node | undefined): (() => Promise<TableIndex[]>) | undefined {
  if (!node || !('ReindexStmt' in node)) return undefined;
  const scope = reindexScope(node.ReindexStmt);
  if (scope === undefined) return undefined;
  return async () => (await selectIndexes(client, scope)).filter(({ name }) => /_cc(?:new|old)\d*$/.test(name));
}

function reindexScope({ kind, relation, name }: ReindexStmt): string | undefined {
  switch (kind) {
    case 'REINDEX_OBJECT_TABLE':
      return withToast(`oid = ${regclass(namesOf(relation))}`);
    case 'REINDEX_OBJECT_INDEX':
      return `i.indrelid = (SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid = ${regclass(namesOf(relation))})`;
    case 'REINDEX_OBJECT_SCHEMA':
      return withToast(`relnamespace = pg_catalog.to_regnamespace(${quoteLiteral(quoteIdentifier(name ?? ''))})`);
    case 'REINDEX_OBJECT_DATABASE':
      return 'true';
    default:
      return undefined;
  }
}

/** Of the tables that a condition selects, and of the TOAST tables behind them. */
function withToast(condition: string): string {
  return `i.indrelid IN (SELECT pg_catalog.unnest(ARRAY[oid, reltoastrelid]) FROM pg_catalog.pg_class WHERE ${condition})`;
}

function indexesOf(client: ClientBase, relation: RangeVar | undefined): Promise<TableIndex[]> {
  return selectIndexes(client, `i.indrelid = ${regclass(namesOf(relation))}`);
}

/**
 * Of the builder only its process is asked: which index it builds is hidden from other roles, the lock on the table is
 * not.
 */
function selectIndexes(client: ClientBase, condition: string): Promise<TableIndex[]> {
  return querySimply<TableIndex & Record<string, unknown>>(
    client,
    `SELECT n.nspname::text AS schema, c.relname::text AS name, i.indisvalid AND i.indisready AS valid,
            EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p JOIN pg_catalog.pg_locks l USING (pid)
                     WHERE l.relation = i.indrelid AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted
                       AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())) AS building,
            pg_catalog.pg_get_indexdef(i.indexrelid) AS definition
       FROM pg_catalog.pg_index i
       JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'i' AND ${condition}`,
  );
}
