import type { ColumnType } from '../syntax/types.js';
import type { RelationName } from '../syntax/relation.js';

/** What the catalog says about a column. */
export interface ColumnFacts {
  readonly name: string;
  readonly type: ColumnType;
  readonly notNull: boolean;
  /** True if a validated constraint `CHECK (column IS NOT NULL)` exists. */
  readonly checkedNotNull: boolean;
  /** True if a unique index on this column alone exists. */
  readonly unique: boolean;
}

/** What the catalog says about a table, or about another relation. */
export interface TableFacts {
  readonly kind: 'table' | 'partitioned table' | 'index' | 'view' | 'materialized view' | 'other';
  /** Estimated number of rows, including partitions; undefined if the table was never analyzed. */
  readonly rows: number | undefined;
  /** Estimated size without indexes, in bytes, including partitions. */
  readonly bytes: number;
  readonly columns: readonly ColumnFacts[];
  /** The table of an index. */
  readonly table: RelationName | undefined;
}

/** The size of a table, as estimated by the catalog. */
export interface TableSize {
  readonly table: string;
  /** Undefined if the table was never analyzed. */
  readonly rows: number | undefined;
  /** Without indexes. */
  readonly bytes: number;
}

/** What the catalog says about the requested relations. Those that do not exist are left out. */
export interface CatalogFacts {
  /** `server_version_num`: 150004 is 15.4. */
  readonly serverVersion: number;
  /** The schema of unqualified names; undefined if no schema of the search path exists. */
  readonly defaultSchema: string | undefined;
  readonly tables: readonly { readonly name: RelationName; readonly facts: TableFacts }[];
}

/** Reads facts about tables from the catalog. Never waits for table locks, and never writes anything. */
export interface TableFactsReader {
  read(names: readonly RelationName[]): Promise<CatalogFacts>;
}
