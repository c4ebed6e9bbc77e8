import type { ConnectionOptions } from '../composition/connection-options.js';
import type { MigratorOptions } from '../composition/options.js';

/** How test databases are made: where, and with the options with which the application migrates. */
export interface TestDatabasesOptions extends Omit<
  MigratorOptions,
  keyof ConnectionOptions | 'migrateWith' | 'tracking' | 'lock'
> {
  /**
   * URL of a server on which the role may create databases. All processes that share test databases must give the same.
   *
   * @default the environment variable `TEST_DATABASE_URL`
   */
  server?: string | undefined;
  /**
   * A folder of `.sql` files that run after the migrations, each time a template is built: rows that every test needs.
   *
   * @default none
   */
  seeds?: string | undefined;
  /** After how many days without use a template is removed. @default 7 */
  keepTemplatesForDays?: number | undefined;
}
