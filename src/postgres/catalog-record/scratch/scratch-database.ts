import type { ClientConfig } from 'pg';
import type { TargetDatabase } from '../../../core/ports/ports.js';
import type { ScratchDatabase, WholeCatalog } from '../../../core/ports/scratch.js';
import { notRecordedInScratch } from '../../../core/errors/catalog/scratch-error.js';
import { OPTIONAL_GROUPS, SCHEMA_GROUPS } from '../../../core/catalog/object-group.js';
import { majorOf } from '../../../core/catalog/version-rules.js';
import { quoteIdentifier } from '../../../core/sql/text/quote.js';
import { qualifiedName, type TableName } from '../../../core/target/table.js';
import type { Target } from '../../../core/target/target.js';
import { ownTables, type CatalogSettings } from '../settings.js';
import { connect, type ConnectionSource } from '../../connection/connect.js';
import type { PgConnection } from '../../connection/pg-connection.js';
import { asScript, type ScriptResult } from '../../connection/script.js';
import { queryError } from '../../connection/server-error.js';
import { createSchema } from '../../tenants/tenant-schema.js';
import { pgDump } from './pg-dump.js';
import { readExtensions, type LiveFacts } from './live-facts.js';
import { readRecordedSchemas, readWholeCatalog } from './read-whole-catalog.js';

interface Settings {
  readonly connectTimeoutMs: number;
  readonly catalog: CatalogSettings;
}

/** A scratch database, and the session that created it and normally drops it. */
export class PgScratchDatabase implements ScratchDatabase {
  constructor(
    private readonly creator: PgConnection,
    private readonly createdOn: ConnectionSource,
    readonly name: string,
    private readonly source: ClientConfig,
    private readonly targetOf: (tenant?: Target) => TargetDatabase,
    private readonly live: LiveFacts,
    private readonly settings: Settings,
  ) {}

  readonly tenantHistories: TableName[] = [];

  get target(): TargetDatabase {
    return this.targetOf();
  }

  async addTenant(tenant: Target): Promise<TargetDatabase> {
    const { tenant: sharing, ownSchema, table, role } = tenant;
    const scope = sharing ?? ownSchema;
    const { history } = this.settings.catalog;
    if (scope) await this.use(this.source, (connection) => createSchema(connection, history, scope, role));
    if (ownSchema) this.tenantHistories.push(table);
    return this.targetOf(tenant);
  }

  /** Creates extensions, in the schemas in which the live database has them. Drops the database if that fails. */
  async prepare(extensions: readonly string[]): Promise<void> {
    const statements = extensions.flatMap((extension) => {
      const schema = quoteIdentifier(this.live.extensions.get(extension) ?? 'public');
      const create = `CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(extension)} SCHEMA ${schema} CASCADE`;
      return [`CREATE SCHEMA IF NOT EXISTS ${schema}`, create];
    });
    if (statements.length === 0) return;
    try {
      await this.use(this.source, (connection) => connection.query(asScript(statements)));
    } catch (error) {
      await this.drop().catch(() => {}); // the next call drops anything left over
      throw queryError('creating an extension in the scratch database', error);
    }
  }

  async missingExtensions(): Promise<readonly string[]> {
    // A hint that adds to another error, which must not be lost.
    const own = await this.use(this.source, readExtensions).catch(() => this.live.extensions);
    return [...this.live.extensions.keys()].filter((extension) => !own.has(extension));
  }

  readCatalog(migrated: boolean): Promise<WholeCatalog> {
    const { catalog } = this.settings;
    return this.use(this.source, async (connection) => {
      const schemas = await readRecordedSchemas(connection, catalog);
      if (!schemas && migrated) throw notRecordedInScratch('the run ended without a record');
      return readWholeCatalog(connection, catalog, schemas ?? []);
    });
  }

  readAll(): Promise<WholeCatalog> {
    const groups = [...SCHEMA_GROUPS, ...OPTIONAL_GROUPS];
    const all = { ...this.settings.catalog, schemas: ['*'], groups, otherHistories: this.tenantHistories };
    return this.use(this.source, (connection) => readWholeCatalog(connection, all, []));
  }

  dump(program: string, signal: AbortSignal): Promise<string> {
    const histories = [this.settings.catalog.history, ...this.tenantHistories];
    return this.dumpWith(program, ownTablesAs('-T', histories), signal);
  }

  dumpOwnTables(program: string, histories: readonly TableName[], signal: AbortSignal): Promise<string> {
    return this.dumpWith(program, ['--schema-only', ...ownTablesAs('-t', histories)], signal);
  }

  private dumpWith(program: string, selection: readonly string[], signal: AbortSignal): Promise<string> {
    const { role } = this.settings.catalog;
    return pgDump({ program, source: this.source, major: majorOf(this.live.serverVersion), role, selection }, signal);
  }

  /** In a new session if the one that created it has been ended, for example by `idle_session_timeout`. */
  async drop(): Promise<void> {
    const drop = (connection: PgConnection): Promise<ScriptResult> =>
      connection.run(`DROP DATABASE IF EXISTS ${quoteIdentifier(this.name)} WITH (FORCE)`);
    const first = await drop(this.creator);
    await this.creator.release();
    if (!first.error) return;
    const { error } = await this.use(this.createdOn, drop);
    if (error) throw queryError(`dropping the scratch database ${this.name}`, error);
  }

  private async use<T>(source: ConnectionSource, work: (connection: PgConnection) => Promise<T>): Promise<T> {
    const connection = await connect(source, this.settings);
    try {
      return await work(connection);
    } finally {
      await connection.release();
    }
  }
}

function ownTablesAs(flag: string, histories: readonly TableName[]): readonly string[] {
  return histories.flatMap(ownTables).flatMap((table) => [flag, qualifiedName(table)]);
}
