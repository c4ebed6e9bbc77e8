import { quoteLiteral } from '../../core/sql/text/quote.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import { notOfExtension } from '../catalog/queries/object-query.js';
import { schemasCalled, schemasNamed, type QueryScope } from '../catalog/queries/scope.js';
import { latestRecordSql } from './record-table.js';
import { ownTables, type CatalogSettings } from './settings.js';

/** What a check reads. @param recorded the schemas of the record */
export function checkedScope({ history, schemas }: CatalogSettings, recorded: readonly string[]): QueryScope {
  return { schemas: schemasNamed(schemas ?? recorded), without: ownTables(history) };
}

/** The scope of a record. @param covered the schemas that {@link recordedSchemas} selected */
export function recordedScope({ history }: CatalogSettings, covered: readonly string[]): QueryScope {
  return { schemas: schemasCalled(covered), without: ownTables(history) };
}

/**
 * Condition on `pg_namespace n` for what is recorded after a run: the schemas of the last record, and those in which
 * migrations have created something since then.
 *
 * @param mark see {@link MARK_SQL}
 */
export function recordedSchemas({ history, schemas }: CatalogSettings, mark: string | undefined): string {
  const known = `n.nspname IN (SELECT jsonb_array_elements_text(latest.schemas) FROM ${latestRecordSql(history)})`;
  return schemas ? schemasNamed(schemas) : `${known} OR ${touchedByMigrations(history, mark)}`;
}

/**
 * Condition on `pg_namespace n`: objects in it were written by the transaction of a history row. So it does not matter
 * how a migration names or creates them. Altering a table changes neither its type nor its schema.
 */
function touchedByMigrations(history: TableName, mark: string | undefined): string {
  const since = `coalesce((SELECT latest.recorded_at FROM ${latestRecordSql(history)}), '-infinity')`;
  const rows = `SELECT h.xmin FROM ${qualifiedName(history)} h WHERE h.executed_at > ${since}`;
  const isLater = (alias: string): string =>
    mark === undefined ? 'false' : `age(${alias}.xmin) <= age(${quoteLiteral(mark)}::pg_catalog.xid)`;
  const isOurs = (alias: string): string => `(${alias}.xmin IN (${rows}) OR ${isLater(alias)})`;
  const own = ownTables(history).map(({ table }) => quoteLiteral(table));
  return (
    `${isOurs('n')} OR n.oid IN (` +
    `SELECT t.typnamespace FROM pg_catalog.pg_type t WHERE ${isOurs('t')} AND ${notOfExtension('pg_type', 't.oid')} ` +
    // An array comes with its elements, and before PostgreSQL 14 not with their extension.
    'AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid) ' +
    // Our own tables are created in the same transactions as migrations.
    `AND NOT (t.typnamespace = (SELECT o.oid FROM pg_catalog.pg_namespace o WHERE o.nspname = ${quoteLiteral(history.schema)}) AND t.typname IN (${own.join(', ')})) ` +
    `UNION ALL SELECT p.pronamespace FROM pg_catalog.pg_proc p WHERE ${isOurs('p')} AND ${notOfExtension('pg_proc', 'p.oid')})`
  );
}

/** Selects a mark, column `mark`: everything written from now on comes after it. */
export const MARK_SQL =
  'SELECT (pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot()) % 4294967296)::pg_catalog.text AS mark';
