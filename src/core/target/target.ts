import type { Placeholders } from '../compile/placeholders.js';
import type { TableName } from './table.js';

/** Where a set of migrations is applied. The adapter for the target holds the connection. */
export interface Target {
  /** Database and history table, for messages: `app/shared.schema_migrations`. */
  readonly name: string;
  readonly table: TableName;
  /** The role that migrations run as. @default the login role */
  readonly role?: string | undefined;
  /** The `search_path` of migrations. @default the setting of the role or the database */
  readonly searchPath?: readonly string[] | undefined;
  /** Values for placeholders in migrations. @default the feature is off */
  readonly placeholders?: Placeholders | undefined;
}

/** The schema of unqualified names, if the target specifies one. */
export function defaultSchemaOf({ searchPath }: Pick<Target, 'searchPath'>): string | undefined {
  return searchPath?.find((schema) => schema !== '$user');
}

/** The placeholder values. Messages must not show them. */
export function secretsOf({ placeholders }: Pick<Target, 'placeholders'>): string[] {
  return Object.values(placeholders?.values ?? {});
}
