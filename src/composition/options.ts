import type { LintRuleName } from '../core/lint/model/rule-names.js';
import type { LintLevel } from '../core/lint/settings.js';
import type { DriftPolicy } from '../core/status/policy.js';
import type { LayoutName } from '../core/tools/names.js';
import type { ConnectionOptions } from './connection-options.js';

/** Timeouts, in milliseconds. */
export interface TimeoutOptions {
  /** One attempt to connect. @default 10000 */
  connect?: number;
  /**
   * How long to keep trying to connect while the database cannot be reached, because it often starts after the
   * application; 0 tries once.
   * @default 60000
   */
  connectRetry?: number;
  /**
   * How long the server may stay silent while a response is pending. After that, a second connection checks whether the
   * server is still working on it; if it is not, or if the check fails, the run ends with `CONNECTION_LOST`. Does not
   * limit long statements.
   * @default 30000
   */
  network?: number;
  /** How long to wait for another process that is migrating. @default 900000 (15 minutes) */
  migrationLock?: number;
  /** `statement_timeout` of migrations; 0 is no limit. @default 0 */
  statement?: number;
  /**
   * `lock_timeout` of migrations: how long a statement may wait for a table lock while all queries of the application
   * on that table queue behind it; 0 is no limit. Does not apply to concurrent builds.
   * @default 5000
   */
  tableLock?: number;
  /**
   * How many times a migration that exceeded `tableLock` is rolled back and, after a pause, tried again.
   * @default 10
   */
  tableLockRetries?: number;
  /** One read for status, health or drift, including connecting. @default 5000 */
  read?: number;
  /** Reading the catalog of the database, to record or to check it. @default 60000 */
  catalog?: number;
}

/** Which part of the database's catalog is recorded, and checked by `drift()`. */
export interface CatalogOptions {
  /** Whether it is recorded and checked. @default true */
  enabled?: boolean;
  /**
   * The schemas, by name or with `*` for any characters: `['public', 'app_*']`. Objects in no schema, such as extensions,
   * always count.
   * @default the schemas in which migrations have created objects
   */
  schemas?: readonly string[];
  /**
   * Objects to leave out, with everything that belongs to them: `['public.tmp_*', 'publication:debezium']`. A pattern
   * stands for a whole name, `*` in it for any characters. Before a colon it may have a kind.
   * @default none
   */
  ignore?: readonly string[];
  /** Also privileges. @default false */
  grants?: boolean;
  /** Also default privileges, which new objects get. @default false */
  defaultPrivileges?: boolean;
  /** Also comments. @default false */
  comments?: boolean;
  /** Also settings of the database and of roles. @default false */
  settings?: boolean;
}

/** How migrations are linted. */
export interface LintOptions {
  /**
   * What a run does about problems that lint finds in the migrations that it is about to execute: nothing, `warn`, or
   * refuse to run because of an `error`.
   * @default 'off'
   */
  onMigrate?: LintLevel;
  /** The level of each rule, by name. @default the severity of the rule */
  rules?: { readonly [Name in LintRuleName]?: LintLevel };
  /** Tables with at least this many rows count as large. @default 100000 */
  largeTableRows?: number;
}

/** The options that every way of using this library shares: one target and how to migrate it. */
export interface MigratorOptions extends ConnectionOptions {
  /**
   * Another connection for migrations, so that the application's own role needs no privileges to change the schema.
   * @default the application's connection
   */
  migrateWith?: ConnectionOptions;
  /**
   * The role that migrations run as (`SET ROLE`). It owns what they create, including the history table, so that
   * several people and jobs can migrate under their own names. The login role must be a member of it.
   * @default the login role
   */
  role?: string;
  /** Folder of `.sql` files, relative to the working directory. @default 'migrations' */
  directory?: string;
  /**
   * How the directory is laid out: by this library's rules (`plain`), or by those of another tool, whose files are read
   * unchanged.
   * @default 'plain'
   */
  layout?: LayoutName;
  /** Also read the files in subfolders. @default false */
  recursive?: boolean;
  /** Files to read, matched against the path relative to the directory. @default /\.sql$/i */
  pattern?: RegExp;
  /**
   * Values for `{{name}}` in migrations. They are inserted verbatim: make sure that they are safe SQL. A placeholder
   * without a value is an error. Neither checksums nor the history contain values.
   * @default the feature is off
   */
  placeholders?: Record<string, string>;
  /** The markers before and after a placeholder's name. @default ['{{', '}}'] */
  placeholderDelimiters?: [open: string, close: string];
  /** History table, `table` or `schema.table`; both are created if missing. @default 'shared.schema_migrations' */
  table?: string;
  /** The `search_path` during each migration. @default the setting of the role or the database */
  searchPath?: readonly string[];
  /** False: every file runs every time, and nothing is recorded. @default true */
  tracking?: boolean;
  /**
   * What to do about each kind of drift: refuse to run, alert, warn, note or ignore. It applies
   * at the start, in drift checks and on the command line.
   */
  policy?: Partial<DriftPolicy>;
  /** `each`: one transaction per migration. `all`: one transaction for all pending migrations. @default 'each' */
  transaction?: 'each' | 'all';
  /**
   * The lock that makes processes take turns. `session`: a session-level advisory lock. It is safe only without a
   * pooler or behind one in session mode. `transaction`: a transaction-level advisory lock on a second connection.
   * `off`: no lock; only the claim in the history keeps a transactional migration from running twice. `auto`:
   * `transaction` behind a pooler, otherwise `session`.
   * @default 'auto'
   */
  lock?: 'auto' | 'session' | 'transaction' | 'off';
  /** Timeouts and the number of lock retries. */
  timeouts?: TimeoutOptions;
  /**
   * How migrations are linted: for statements that would block or break the application in production. `'warn'` and
   * `'error'` are short for `{ onMigrate }`.
   * @default 'off'
   */
  lint?: LintLevel | LintOptions;
  /**
   * False keeps details of server errors, which may contain row data (`Key (mail)=(…) already exists`), out of
   * messages, events and the history.
   * @default true
   */
  showRowData?: boolean;
  /**
   * Whether the source of applied migrations is recorded, with secrets masked, so that `diff()` and findings can
   * show what changed in a file.
   * @default true
   */
  recordSource?: boolean;
  /**
   * The catalog: the database objects. It is recorded after a run that changed something, so that `drift()` finds
   * what was created, changed or dropped without a migration. False turns that off.
   * @default { enabled: true }
   */
  catalog?: CatalogOptions | false;
}

/** `T` with a value for each key in `K`, because these have defaults. The others may be absent or undefined. */
export type WithDefaults<T, K extends keyof T> = { [P in keyof Omit<T, K>]: Omit<T, K>[P] | undefined } & Required<
  Pick<T, K>
>;

/** Options with every default filled in. */
export interface ResolvedOptions extends WithDefaults<
  Omit<MigratorOptions, 'timeouts' | 'policy' | 'lint' | 'catalog'>,
  | 'directory'
  | 'layout'
  | 'recursive'
  | 'pattern'
  | 'placeholderDelimiters'
  | 'table'
  | 'tracking'
  | 'transaction'
  | 'lock'
  | 'showRowData'
  | 'recordSource'
> {
  readonly timeouts: Required<TimeoutOptions>;
  readonly policy: DriftPolicy;
  readonly lint: Required<LintOptions>;
  readonly catalog: WithDefaults<CatalogOptions, Exclude<keyof CatalogOptions, 'schemas'>>;
}
