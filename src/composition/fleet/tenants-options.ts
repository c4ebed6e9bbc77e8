import type { FleetEngineFactory } from '../../core/ports/engine.js';
import type { Gate, RolloutSettings } from '../../core/tenants/rollout-settings.js';
import type { WaveDefinition } from '../../core/tenants/waves.js';
import type { ConnectionOptions } from '../connection-options.js';

/** A tenant: a schema of the database, a database of its own, or a schema in another database. */
export interface TenantDefinition extends ConnectionOptions {
  /** Identifies it in the history, in reports and in events: letters, digits and `_ . : @ -`, 63 bytes at most. */
  name: string;
  /** Its schema. It becomes the `search_path` of its migrations, and `{{schema}}` is its quoted name. */
  schema?: string | undefined;
  /** Used to form waves and to select tenants. */
  group?: string | undefined;
  /** Values for placeholders, in addition to those of the option `placeholders`. */
  placeholders?: Readonly<Record<string, string>> | undefined;
}

/** Tenants, one by one or in pages. */
export type TenantPages =
  | Iterable<TenantDefinition | readonly TenantDefinition[]>
  | AsyncIterable<TenantDefinition | readonly TenantDefinition[]>;

/** Returns the tenants. Called once for each operation; by a rollout, again after shared files were applied, and at its end. */
export type TenantProvider = () => TenantPages | Promise<TenantPages>;

/** The list of tenants: an array, a query, or a function. A query returns `name`, and may return `schema` (by default the name) and `group`. */
export type TenantList = readonly TenantDefinition[] | string | TenantProvider;

/** How a rollout goes about its tenants. */
export interface RolloutOptions {
  /**
   * Waves before the last one, which has all other tenants: those of a group, or the first ones of the list, as a number
   * or a share.
   * @default one wave
   */
  waves?: readonly WaveDefinition[];
  /**
   * Between two waves: a delay in ms, or a function that returns true if the next wave may begin. The next rollout has to pass
   * it again as long as the wave after it has anything to do; a delay counts from the last migration of the wave before it.
   *
   * @default no gate
   */
  gate?: number | Gate;
  /**
   * The failure budget: once this many tenants, or this share of those that are behind, have failed, no further tenant
   * is started.
   * @default 1
   */
  stopAfter?: number | `${number}%`;
  /** How many tenants on one server are migrated at the same time. A pool must have that many clients. @default 4 */
  parallelism?: number;
}

/** Tenants, and how their migrations run. */
export interface TenantsOptions {
  /** The folder with the migrations for each tenant. */
  directory: string;
  /** The tenants: an array, an SQL query or a function. */
  list: TenantList;
  /**
   * How long a function may take to return the tenants, or each page of them, in ms; 0 is no limit. A query is limited by
   * `timeouts.catalog`.
   * @default 10000
   */
  listTimeout?: number;
  /**
   * Where the history of tenants is kept. `shared`: in one table next to the history, `schema_migrations_tenants`, that
   * one query reads for all. `per-tenant`: in a table `schema_migrations` in the schema of each tenant. A tenant with a
   * database of its own always has its history there.
   * @default 'shared'
   */
  history?: 'shared' | 'per-tenant';
  /** Whether the files of the option `directory` run first, once. @default true */
  sharedFiles?: boolean;
  /** How a rollout goes about its tenants. */
  rollout?: RolloutOptions;
  /** The engine that distributes the tenants, such as `pgBoss()` of `nestjs-pg-migrations/pg-boss`. @default the calling process */
  engine?: FleetEngineFactory;
}

/** The same with every default filled in. */
export interface ResolvedTenantsOptions {
  readonly directory: string;
  readonly list: TenantList;
  readonly listTimeout: number;
  readonly history: 'shared' | 'per-tenant';
  readonly sharedFiles: boolean;
  readonly rollout: RolloutSettings;
  readonly engine: FleetEngineFactory | undefined;
}

/** The option that names the directory of tenants' files, for messages. */
export const TENANTS_DIRECTORY = 'tenants.directory';
