import type { Migrations } from '../composition/create-migrator.js';
import type { MigratorOptions } from '../composition/options.js';
import { resolveMigratorOptions } from '../composition/validation/migrator-options.js';
import { withoutPassword } from '../core/target/database-url.js';
import type { MigrationRun } from '../migrator/run/run-report.js';
import { stampDatabase } from './leftovers.js';
import { upTo } from './limited-source.js';
import { migrateOnce } from './migrate-once.js';
import type { Server } from './server.js';

/** A database of one test. With `await using` it is dropped at the end of the block. */
export class TestDatabase implements AsyncDisposable {
  /** Its URL, for the application or a client. Contains the password. */
  readonly url: string;
  #isKept = false;
  #isDropped = false;

  /** @internal */
  constructor(
    readonly name: string,
    private readonly server: Server,
    private readonly options: MigratorOptions,
    private readonly migrations: Migrations,
  ) {
    this.url = server.urlOf(name);
  }

  /** Applies all migrations that are pending. @throws what `migrate()` of a migrator throws */
  migrate(): Promise<MigrationRun> {
    return this.#migrate(this.migrations);
  }

  /**
   * Applies the pending migrations up to and including one. This lets a test insert rows before a migration and
   * check how that migration changes them.
   *
   * @param file its name.
   * @throws UnknownMigrationError when there is no such file, and what `migrate()` throws
   */
  migrateTo(file: string): Promise<MigrationRun> {
    return this.#migrate({ ...this.migrations, source: upTo(this.migrations.source, file) });
  }

  /**
   * Keeps the database for a day instead of dropping it, and prints its URL without the password. On a server that
   * stops with the test run, the database is lost, and only a message says so.
   */
  async keep(): Promise<void> {
    if (this.#isKept || this.#isDropped) return;
    this.#isKept = true;
    await stampDatabase(this.server, this.name);
    const text = (await this.server.isEphemeral())
      ? 'The database of the failed test is not kept, because its server stops with the tests. To inspect it, set TEST_DATABASE_URL to a server of your own'
      : `Kept the test database ${withoutPassword(this.url)} for a day`;
    process.stderr.write(`${text}\n`);
  }

  /** Drops it even if sessions are connected, unless it is kept. */
  async drop(): Promise<void> {
    if (this.#isKept || this.#isDropped) return;
    this.#isDropped = true;
    await this.server.dropDatabase(this.name);
  }

  /** For `await using`: drops the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drop();
  }

  async #migrate(migrations: Migrations): Promise<MigrationRun> {
    return migrateOnce(resolveMigratorOptions({ ...this.options, connectionString: this.url }), migrations);
  }
}
