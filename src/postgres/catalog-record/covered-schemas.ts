import { quoteLiteral } from '../../core/sql/text/quote.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import { notOfExtension } from '../catalog/queries/object-query.js';
import { schemasCalled, schemasNamed, type QueryScope } from '../catalog/queries/scope.js';
import { latestRecordSql } from './record-table.js';
import { ownTables, type CatalogSettings } from './settings.js';

/** What a check reads. @param recorded the schemas of the record */
export function checkedScope(settings: CatalogSettings, recorded: readonly string[]): QueryScope {
  const { history, otherHistories = [], schemas } = settings;
  return { schemas: schemasNamed(schemas ?? recorded), without: [history, ...otherHistories].flatMap(ownTables) };
}

/** The scope of a record. @param covered the schemas that {@link recordedSchemas} selected */
export function recordedScope({ history }: CatalogSettings, covered: readonly string[]): QueryScope {
  return { schemas: schemasCalled(covered), without: ownTables(history) };
}

/**
 * Condition on `pg_namespace n` for what is recorded after a run: the schemas of the last record, and those in which
 * migrations have created something since then.
 */
export function recordedSchemas({ history, schemas }: CatalogSettings): string {
  const known = `n.nspname IN (SELECT jsonb_array_elements_text(latest.schemas) FROM ${latestRecordSql(history)})`;
  return schemas ? schemasNamed(schemas) : `${known} OR ${touchedByMigrations(history)}`;
}

/** A CTE for {@link recordedSchemas}: the transactions of the migrations since the last record. */
export function migratedSql(history: TableName): string {
  const since = `coalesce((SELECT latest.recorded_at FROM ${latestRecordSql(history)}), '-infinity')`;
  // An older history table does not have the column.
  const firstXid = "(pg_catalog.to_jsonb(h) ->> 'first_xid'::pg_catalog.text)::pg_catalog.xid8::pg_catalog.xid";
  const rows = `SELECT h.xmin AS xid, ${firstXid} AS first_xid FROM ${qualifiedName(history)} h WHERE h.executed_at > ${since}`;
  return `migrated AS MATERIALIZED (${rows})`;
}

/**
 * Condition on `pg_namespace n`: objects in it were written by the transaction of a history row or, because the steps of
 * a non-transactional migration have transactions of their own, since such a migration began. So it does not matter how a
 * migration names or creates them. Altering a table changes neither its type nor its schema.
 */
function touchedByMigrations(history: TableName): string {
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

/** Condition on a row of the catalog. */
function isOurs(alias: string): string {
  return `(${alias}.xmin IN (SELECT xid FROM migrated) OR age(${alias}.xmin) <= (SELECT max(age(first_xid)) FROM migrated))`;
}
