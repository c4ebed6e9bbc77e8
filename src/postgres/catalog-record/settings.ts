import type { ObjectGroup } from '../../core/catalog/object-group.js';
import type { NewAuditEntry } from '../../core/history/audit.js';
import { tenantsTable } from '../../core/target/history-scope.js';
import type { TableName } from '../../core/target/table.js';
import { ddlTable } from '../companions/ddl-audit.js';
import { COMPANION_NAMES, nameOfCompanion } from '../companions/tables.js';
import type { ActingRole } from '../connection/acting-role.js';

/** Which part of a catalog is recorded and checked, and for which history. */
export interface CatalogSettings {
  /** The history table. */
  readonly history: TableName;
  /** Further history tables, which are left out like this one. @default none */
  readonly otherHistories?: readonly TableName[];
  /** Patterns for schemas. @default those in which migrations have created objects */
  readonly schemas: readonly string[] | undefined;
  readonly groups: readonly ObjectGroup[];
  /** How long one statement may take, in ms. */
  readonly timeoutMs: number;
  /** The role to act as. @default the login role */
  readonly role: ActingRole;
}

/** The statement that adds an entry to the audit; none if it cannot be written. */
export type AuditSql = (note: NewAuditEntry) => readonly string[];

/** The history tables and their companion tables, which no migration creates. */
export function ownTables(history: TableName): readonly TableName[] {
  const companions = COMPANION_NAMES.map((companion) => nameOfCompanion(history, companion));
  return [history, tenantsTable(history), ddlTable(history), ...companions];
}
