import { withClient } from '../../test/support/database/database.js';
import { FILE_NAMES } from './tenant-files.js';

/** A tenant in whose schema the second file always fails. */
export const FAILING = 't1';
/** A tenant in whose schema the second file waits for a lock that is held. */
export const BLOCKED = 't2';
const LOCK = 'soak';

/** The list of tenants, in order. */
export const LIST = 'SELECT name, schema_name AS schema FROM public.schools ORDER BY number';

/** One row of the history of tenants. */
export interface TenantRow {
  readonly tenant: string;
  readonly file: string;
  readonly isApplied: boolean;
  readonly isRunning: boolean;
  readonly runId: string | null;
}

/** A database with schools, each with a schema and no tables. */
export class SchoolDatabase {
  private constructor(
    readonly connectionString: string,
    /** The names of the tenants, in order. */
    readonly tenants: readonly string[],
  ) {}

  /** The lock survives a restart of the server, because a prepared transaction holds it. */
  static async create(connectionString: string, count: number): Promise<SchoolDatabase> {
    await withClient(connectionString, async (client) => {
      await client.query(`CREATE TABLE public.schools (number int, name text, schema_name text);
        INSERT INTO public.schools SELECT n, 't' || n, 's' || n FROM generate_series(0, ${count - 1}) AS n;
        DO $$ BEGIN FOR i IN 0..${count - 1} LOOP EXECUTE format('CREATE SCHEMA s%s', i); END LOOP; END $$;
        CREATE TABLE ${schemaOf(FAILING)}.marks (entered_by_hand int);
        CREATE TABLE ${schemaOf(BLOCKED)}.held (id int)`);
      await client.query('BEGIN');
      await client.query(`LOCK TABLE ${schemaOf(BLOCKED)}.held`);
      await client.query(`PREPARE TRANSACTION '${LOCK}'`);
    });
    const tenants = Array.from({ length: count }, (_, i) => `t${i}`);
    return new SchoolDatabase(connectionString, tenants);
  }

  async release(): Promise<void> {
    await this.query(`ROLLBACK PREPARED '${LOCK}'`);
  }

  history(): Promise<TenantRow[]> {
    return this
      .query<TenantRow>(`SELECT tenant, migration_file AS file, error_message IS NULL AS "isApplied", running AS "isRunning",
      run_id::text AS "runId" FROM shared.schema_migrations_tenants`);
  }

  /** What each tenant's files noted, by tenant. */
  async ledgers(): Promise<ReadonlyMap<string, readonly string[]>> {
    const queries = this.tenants.map(
      (tenant) =>
        `SELECT '${tenant}' AS tenant, ARRAY(SELECT file FROM ${schemaOf(tenant)}.ledger ORDER BY file COLLATE "C") AS files`,
    );
    const rows: { tenant: string; files: string[] }[] = [];
    // One query on all tables would need more locks than the server has.
    for (const part of inParts(queries)) rows.push(...(await this.query<(typeof rows)[0]>(part.join(' UNION ALL '))));
    return new Map(rows.map(({ tenant, files }) => [tenant, files]));
  }

  /** Invalid indexes, temporary tables and prepared transactions. */
  async leftObjects(): Promise<string[]> {
    const rows = await this.query<{ left: string }>(`
      SELECT 'invalid index ' || indexrelid::regclass AS left FROM pg_index WHERE NOT indisvalid
      UNION ALL SELECT 'temporary table ' || oid::regclass FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'
      UNION ALL SELECT 'prepared transaction ' || gid FROM pg_prepared_xacts`);
    return rows.map(({ left }) => left);
  }

  /** The unfinished jobs of pg-boss, those of tenants and those of rollouts. */
  async unfinishedJobs(): Promise<string[]> {
    const rows = await this.query<{ job: string }>(`
      SELECT format('%s job of %s: %s', state, name, data) AS job FROM pgboss.job
       WHERE name LIKE 'nest-migrations-%' AND name NOT LIKE '%-dead-letter' AND state < 'completed'`);
    return rows.map(({ job }) => job);
  }

  /** The tenants of the jobs that pg-boss has given up on, in alphabetical order. */
  async deadLetters(): Promise<string[]> {
    const rows = await this.query<{ tenant: string }>(
      `SELECT data->>'tenant' AS tenant FROM pgboss.job WHERE name LIKE 'nest-migrations-%-dead-letter' ORDER BY 1`,
    );
    return rows.map(({ tenant }) => tenant);
  }

  private query<Row extends object>(sql: string): Promise<Row[]> {
    return withClient(this.connectionString, async (client) => (await client.query<Row>(sql)).rows);
  }
}

/** True if the history of a tenant has all files. */
export function isComplete(rows: readonly TenantRow[]): boolean {
  return rows.length === FILE_NAMES.length && rows.every(({ isApplied }) => isApplied);
}

function schemaOf(tenant: string): string {
  return tenant.replace('t', 's');
}

function inParts<T>(all: readonly T[]): T[][] {
  const size = 100;
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
