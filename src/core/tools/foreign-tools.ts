/** Tools whose history can be taken over. */
export const FOREIGN_TOOLS = [
  'golang-migrate',
  'flyway',
  'prisma',
  'node-pg-migrate',
  'dbmate',
  'goose',
  'sqlx',
  'knex',
  'typeorm',
] as const;

export type ForeignTool = (typeof FOREIGN_TOOLS)[number];

/** A row of another tool's table: column names and values as text, times as ISO 8601. */
export type ForeignRow = Readonly<Record<string, string | null>>;

/** One migration that another tool has applied, as that tool names it. */
export interface ForeignMigration {
  /** How it is named in lists. */
  readonly label: string;
  /** Its version, when that is what it is known by. */
  readonly version?: string;
  /** Its path or its file name, with or without an ending, when that is what it is known by. */
  readonly name?: string;
  /** True: everything up to its version is applied too. */
  readonly upTo?: boolean;
  /** True: no migration but a mark in the history, which needs no file. */
  readonly marker?: boolean;
  readonly appliedAt: string | null;
}

export interface ForeignHistory {
  /** Where the tool keeps its table unless told otherwise; found along the search path. */
  readonly table: string;
  readonly columns: readonly string[];
  readonly orderBy: string;
  /** What is applied, from all rows in order; or why that cannot be told. */
  applied(rows: readonly ForeignRow[]): readonly ForeignMigration[] | { readonly problem: string };
}

/** Where each tool keeps its history, and what its rows mean; from the tools' own documentation and sources. */
export const FOREIGN_HISTORIES: Readonly<Record<ForeignTool, ForeignHistory>> = {
  'golang-migrate': {
    table: 'schema_migrations',
    columns: ['version', 'dirty'],
    orderBy: 'version',
    applied: (rows) => {
      const row = rows.at(-1);
      if (isTrue(row?.['dirty']))
        return {
          problem: `version ${row?.['version']} is dirty: that migration failed half way. Repair it with golang-migrate first`,
        };
      return row?.['version']
        ? [{ label: `version ${row['version']}`, version: row['version'], upTo: true, appliedAt: null }]
        : [];
    },
  },
  flyway: {
    table: 'flyway_schema_history',
    columns: ['version', 'script', 'type', 'success', 'installed_on'],
    orderBy: 'installed_rank',
    applied: flywayApplied,
  },
  prisma: {
    table: '_prisma_migrations',
    columns: ['migration_name', 'finished_at', 'rolled_back_at'],
    orderBy: 'started_at',
    applied: (rows) =>
      rows
        .filter((row) => row['finished_at'] && !row['rolled_back_at'])
        .map((row) => byName(`${row['migration_name']}/migration.sql`, row['finished_at'])),
  },
  'node-pg-migrate': {
    table: 'pgmigrations',
    columns: ['name', 'run_on'],
    orderBy: 'id',
    applied: (rows) => rows.map((row) => byName(row['name'], row['run_on'])),
  },
  dbmate: {
    table: 'schema_migrations',
    columns: ['version'],
    orderBy: 'version',
    applied: (rows) => rows.map((row) => byVersion(row['version'], null)),
  },
  goose: {
    table: 'goose_db_version',
    columns: ['version_id', 'is_applied', 'tstamp'],
    orderBy: 'id',
    applied: (rows) => {
      const latest = new Map(rows.map((row) => [row['version_id'], row])); // the last row of a version decides
      return [...latest.values()]
        .filter((row) => isTrue(row['is_applied']) && row['version_id'] !== '0')
        .map((row) => byVersion(row['version_id'], row['tstamp']));
    },
  },
  sqlx: {
    table: '_sqlx_migrations',
    columns: ['version', 'success', 'installed_on'],
    orderBy: 'version',
    applied: (rows) =>
      rows.filter((row) => isTrue(row['success'])).map((row) => byVersion(row['version'], row['installed_on'])),
  },
  knex: {
    table: 'knex_migrations',
    columns: ['name', 'migration_time'],
    orderBy: 'id',
    applied: (rows) => rows.map((row) => byName(row['name'], row['migration_time'])),
  },
  typeorm: {
    table: 'migrations',
    columns: ['timestamp', 'name'],
    orderBy: 'id',
    applied: (rows) => rows.map((row) => ({ ...byVersion(row['timestamp'], null), label: row['name'] ?? '' })),
  },
};

/** Baselines count for everything below them; an undo or a delete takes back what stands before it. */
function flywayApplied(rows: readonly ForeignRow[]): ForeignMigration[] {
  const applied = new Map<string, ForeignMigration>();
  for (const row of rows) {
    const { version, script, installed_on: appliedAt = null } = row;
    const type = row['type'] ?? '';
    if (!isTrue(row['success']) || type === 'SCHEMA') continue;
    const key = version ?? script ?? '';
    if (type.startsWith('UNDO') || type === 'DELETE') applied.delete(key);
    else if (BASELINES.test(type) && version)
      applied.set(key, { label: `baseline ${version}`, version, upTo: true, marker: true, appliedAt });
    // The script's name may be an old one: "flyway repair" goes by the version and leaves it.
    else
      applied.set(key, version ? { ...byVersion(version, appliedAt), label: script ?? '' } : byName(script, appliedAt));
  }
  return [...applied.values()];
}

/**
 * `SQL_BASELINE` and the like are for migrations that stand for all below them; `INIT` is the old name of `BASELINE`.
 */
const BASELINES = /BASELINE$|^INIT$/;

function byName(name: string | null | undefined, appliedAt: string | null | undefined): ForeignMigration {
  return { label: name ?? '', name: name ?? '', appliedAt: appliedAt ?? null };
}

function byVersion(version: string | null | undefined, appliedAt: string | null | undefined): ForeignMigration {
  return { label: `version ${version}`, version: version ?? '', appliedAt: appliedAt ?? null };
}

function isTrue(value: string | null | undefined): boolean {
  return value === 'true' || value === 't';
}
