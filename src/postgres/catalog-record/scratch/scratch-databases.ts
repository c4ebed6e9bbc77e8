import type { TargetDatabase } from '../../../core/ports/ports.js';
import type { ScratchDatabase, ScratchDatabases, ScratchRecipe, WholeCatalog } from '../../../core/ports/scratch.js';
import { mayNotCreate, otherVersion } from '../../../core/errors/catalog/scratch-error.js';
import { isSameMajor, majorOf } from '../../../core/catalog/version-rules.js';
import { quoteIdentifier, quoteLiteral } from '../../../core/sql/text/quote.js';
import type { Target } from '../../../core/target/target.js';
import type { CatalogSettings } from '../settings.js';
import { actingRoleName } from '../../connection/acting-role.js';
import { connect, type ConnectionSource } from '../../connection/connect.js';
import { settingStatement } from '../../connection/database-settings.js';
import type { PgConnection } from '../../connection/pg-connection.js';
import type { ReadConnections } from '../../connection/read-connections.js';
import { queryError } from '../../connection/server-error.js';
import { readLiveFacts, type LiveFacts } from './live-facts.js';
import { onDatabase } from './on-database.js';
import { PgScratchDatabase } from './scratch-database.js';
import { dropLeftovers, newScratchNames, type ScratchNames } from './scratch-names.js';
import { isMigrating, readWholeCatalog } from './read-whole-catalog.js';

/** Settings for creating scratch databases and comparing them with the live one. */
export interface ScratchSettings {
  /** The connection that migrates. */
  readonly source: ConnectionSource;
  readonly connectTimeoutMs: number;
  /** Connections that read the live database. */
  readonly reads: ReadConnections;
  /** What is compared, for the role that migrates. */
  readonly catalog: CatalogSettings;
  /** The same for the role that reads the live database. */
  readonly liveCatalog: CatalogSettings;
  /** The target in a scratch database. @param tenant a tenant in it. @default the database itself */
  readonly targetOn: (source: ConnectionSource, database: string, tenant?: Target) => TargetDatabase;
}

/** Creates scratch databases on the server of the migrations, or on another one. */
export class PgScratchDatabases implements ScratchDatabases {
  constructor(private readonly settings: ScratchSettings) {}

  async create({ server, extensions }: ScratchRecipe, signal: AbortSignal): Promise<ScratchDatabase> {
    const { reads, source, connectTimeoutMs } = this.settings;
    const live = await reads.use((connection) =>
      readLiveFacts(connection).catch((error: unknown) => {
        throw queryError('reading the properties of the database', error);
      }),
    );
    const on = server ?? source;
    const names = newScratchNames();
    // Before anything is created, because the URL may be invalid.
    const own = onDatabase(on, names.database);
    const targetOf = (tenant?: Target): TargetDatabase => this.settings.targetOn(own, names.database, tenant);
    const connection = await connect(on, { connectTimeoutMs }, signal);
    try {
      await this.createOn(connection, names, live, server !== undefined);
    } catch (error) {
      await connection.release();
      throw error;
    }
    const scratch = new PgScratchDatabase(connection, on, names.database, own, targetOf, live, this.settings);
    await scratch.prepare(extensions);
    return scratch;
  }

  async readLive(schemas: readonly string[]): Promise<WholeCatalog | undefined> {
    const { reads, liveCatalog } = this.settings;
    return reads.use(async (connection) => {
      if (await isMigrating(connection, liveCatalog)) return undefined;
      return readWholeCatalog(connection, liveCatalog, schemas);
    }, liveCatalog.timeoutMs);
  }

  private async createOn(
    connection: PgConnection,
    { database, session }: ScratchNames,
    live: LiveFacts,
    isElsewhere: boolean,
  ): Promise<void> {
    const doing = 'creating a scratch database';
    connection.markDirty(); // its application_name must not stay in a pool
    const select =
      "SELECT current_setting('server_version_num') AS version, (SELECT r.rolsuper OR r.rolcreatedb FROM pg_catalog.pg_roles r " +
      `WHERE r.rolname = current_user) AS allowed, set_config('application_name', ${quoteLiteral(session)}, false)`;
    const [row] = await connection.query(select).catch((error: unknown) => {
      throw queryError(doing, error);
    });
    const version = Number(row?.['version']);
    if (!isSameMajor(version, live.serverVersion)) throw otherVersion(majorOf(live.serverVersion), majorOf(version));
    if (row?.['allowed'] !== 't') throw mayNotCreate(await actingRoleName(connection, undefined));
    await dropLeftovers(connection);
    const { role } = this.settings.catalog;
    const owner = role === undefined ? '' : ` OWNER ${quoteIdentifier(role)}`;
    const locale = isElsewhere ? '' : ` ${live.locale}`; // another server may not have it
    const { error } = await connection.run(
      `CREATE DATABASE ${quoteIdentifier(database)}${owner} TEMPLATE template0${locale}`,
    );
    if (error) throw queryError(doing, error);
    // Some settings need privileges that the role does not have: migrations then run without those settings.
    for (const setting of live.settings) await connection.run(settingStatement(database, setting));
  }
}
