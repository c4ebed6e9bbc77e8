import { migrationsOf, type Migrations } from '../composition/create-migrator.js';
import type { MigratorOptions } from '../composition/options.js';
import { resolveFileOptions, resolveMigratorOptions } from '../composition/validation/migrator-options.js';
import { selectSettingsSql, settingStatement, type Setting } from '../postgres/connection/database-settings.js';
import { dropLeftovers, TEST_PREFIX } from './leftovers.js';
import { hasFailed, hooksOf, type TestHooks } from './hooks.js';
import { Once } from './once.js';
import type { TestDatabasesOptions } from './options.js';
import { Server } from './server.js';
import { serverSource } from './server-source.js';
import { provideTemplate } from './template.js';
import { TestDatabase } from './test-database.js';

const KEEP_TEMPLATES_FOR_DAYS = 7;

/** Creates databases for tests. Call {@link createTestDatabases} to get an instance. */
export class TestDatabases implements AsyncDisposable {
  readonly #server: Server;
  readonly #options: MigratorOptions;
  readonly #seeds: string | undefined;
  readonly #keepTemplatesForDays: number;
  readonly #migrations: Migrations;
  readonly #databases = new Set<TestDatabase>();
  readonly #template = new Once(() => this.#provideTemplate());
  readonly #clearing = new Once(() => dropLeftovers(this.#server, this.#keepTemplatesForDays));
  #count = 0;

  /** @internal */
  constructor({ server, seeds, keepTemplatesForDays, ...options }: TestDatabasesOptions) {
    this.#server = new Server(serverSource(server));
    this.#seeds = seeds;
    this.#keepTemplatesForDays = keepTemplatesForDays ?? KEEP_TEMPLATES_FOR_DAYS;
    this.#options = options;
    this.#migrations = migrationsOf(
      server === undefined
        ? resolveFileOptions(options)
        : resolveMigratorOptions({ ...options, connectionString: server }),
    );
  }

  /**
   * Creates a database with all migrations and seeds, as a copy of a template that is built once and shared by all
   * processes and runs.
   *
   * @throws what `migrate()` of a migrator throws, when the template has to be built
   */
  async create(): Promise<TestDatabase> {
    return this.#copy(await this.#template.get());
  }

  /** Creates a database without any migration, for tests of migrations. */
  createEmpty(): Promise<TestDatabase> {
    return this.#copy({ name: 'template0', settings: [] });
  }

  /** Runs `work` on its own database. It is dropped afterwards or, if `work` fails, kept and its URL printed. */
  async use<T>(work: (database: TestDatabase) => Promise<T>): Promise<T> {
    const database = await this.create();
    try {
      return await work(database);
    } catch (error) {
      await database.keep();
      throw error;
    } finally {
      await database.drop();
    }
  }

  /**
   * Gives each test of a file or a `describe` its own database, using the hooks of Jest or Vitest. It is dropped
   * after the test; if the test fails, it is kept and its URL printed.
   *
   * @param hooks for runners whose hooks are not global.
   * @returns a function that returns the database of the test that is running.
   */
  forEachTest(hooks: TestHooks = hooksOf(globalThis)): () => TestDatabase {
    let current: TestDatabase | undefined;
    hooks.beforeEach(async () => {
      current = await this.create();
    });
    // No parameters: with one, Jest would wait for a callback.
    hooks.afterEach(async (...context: unknown[]) => {
      if (hasFailed(context[0])) await current?.keep();
      await current?.drop();
      current = undefined;
    });
    hooks.afterAll(() => this.close());
    return () => {
      if (current === undefined) throw new Error('There is a database only while a test runs.');
      return current;
    };
  }

  /** Drops all databases that are not kept, and disconnects. Templates stay for the next run. */
  async close(): Promise<void> {
    for (const database of this.#databases) await database.drop();
    this.#databases.clear();
    // Another embedded server would not have them.
    void this.#template.take();
    void this.#clearing.take();
    await this.#server.close();
  }

  /** For `await using`: the same as `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #provideTemplate(): Promise<Template> {
    const recipe = { options: this.#options, migrations: this.#migrations, seeds: this.#seeds };
    const name = await provideTemplate(this.#server, recipe);
    return { name, settings: await this.#server.query<Setting>(selectSettingsSql(name)) };
  }

  async #copy({ name: template, settings }: Template): Promise<TestDatabase> {
    await this.#clearing.get();
    const name = `${TEST_PREFIX}${this.#server.owner}_${++this.#count}`;
    await this.#server.createDatabase(name, template);
    for (const setting of settings) await this.#server.query(settingStatement(name, setting));
    const database = new TestDatabase(name, this.#server, this.#options, this.#migrations);
    this.#databases.add(database);
    return database;
  }
}

/** A database to copy, and the settings that a copy lacks. */
interface Template {
  readonly name: string;
  readonly settings: readonly Setting[];
}

/**
 * Creates databases for tests: one per test, as a copy of a template with all migrations.
 *
 * @throws ConfigurationError when there is neither a server nor binaries to start one, or an option is wrong
 */
export function createTestDatabases(options: TestDatabasesOptions = {}): TestDatabases {
  return new TestDatabases({ ...options, server: options.server ?? (process.env['TEST_DATABASE_URL'] || undefined) });
}
