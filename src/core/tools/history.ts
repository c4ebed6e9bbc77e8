/** A row of another tool's history table: column names and values as text, times in ISO 8601. */
export type ForeignRow = Readonly<Record<string, string | null>>;

/** One migration that another tool has applied, as that tool identifies it. */
export interface ForeignMigration {
  /** Its name in reports. */
  readonly label: string;
  /** Its version, if the tool identifies migrations by version. */
  readonly version?: string;
  /** Its path or file name, with or without an extension, if the tool identifies migrations by name. */
  readonly name?: string;
  /** True when every migration up to this version is applied as well. */
  readonly upTo?: boolean;
  /** True for an entry that needs no file, such as a baseline. */
  readonly marker?: boolean;
  /** When it was applied, in ISO 8601; null if the tool does not record it. */
  readonly appliedAt: string | null;
}

/** Where a tool records what it applied, and what its rows mean. */
export interface ToolHistory {
  /** The tool's default table, found along the search path. */
  readonly table: string;
  /** The columns that {@link applied} reads. */
  readonly columns: readonly string[];
  /** The column that gives the order of the rows. */
  readonly orderBy: string;
  /** Returns the applied migrations, given all rows in order; or why the rows do not show them. */
  applied(rows: readonly ForeignRow[]): readonly ForeignMigration[] | { readonly problem: string };
}

type Value = string | null | undefined;

/** A migration identified by name. */
export function byName(name: Value, appliedAt: Value): ForeignMigration {
  return { label: name ?? '', name: name ?? '', appliedAt: appliedAt ?? null };
}

/** A migration identified by version. */
export function byVersion(version: Value, appliedAt: Value): ForeignMigration {
  return { label: `version ${version}`, version: version ?? '', appliedAt: appliedAt ?? null };
}

/** Reads a boolean column. */
export function isTrue(value: Value): boolean {
  return value === 'true' || value === 't';
}
