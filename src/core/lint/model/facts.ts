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
  /** Estimated number of rows, with those of partitions; undefined if the table was never analyzed. */
  readonly rows: number | undefined;
  /** Estimated size without indexes, in bytes, with that of partitions. */
  readonly bytes: number;
  readonly columns: readonly ColumnFacts[];
  /** The table of an index. */
  readonly table: RelationName | undefined;
}

/** The size of a table, as the catalog estimates it. */
export interface TableSize {
  readonly table: string;
  /** Undefined if the table was never analyzed. */
  readonly rows: number | undefined;
  /** Without indexes. */
  readonly bytes: number;
}

/** What a database says about the relations that it was asked for. Those that do not exist are missing. */
export interface CatalogFacts {
  /** `server_version_num`: 150004 is 15.4. */
  readonly serverVersion: number;
  /** The schema of names without one; undefined if no schema of the search path exists. */
  readonly defaultSchema: string | undefined;
  readonly tables: readonly { readonly name: RelationName; readonly facts: TableFacts }[];
}
