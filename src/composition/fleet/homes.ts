import { isDeepStrictEqual } from 'node:util';
import type { ClientConfig } from 'pg';
import * as v from 'valibot';
import { isPool } from '../../postgres/connection/connect.js';
import { addressOf } from '../../postgres/connection/driver.js';
import { ReadConnections } from '../../postgres/connection/read-connections.js';
import { ReusedConnections } from '../../postgres/connection/reused-connections.js';
import { InstallOnce } from '../../postgres/history/install-once.js';
import { TurnQueue } from '../../postgres/lock/turn-queue.js';
import type { ConfigurationProblem } from '../../core/problems/configuration-problem.js';
import { MAIN_DATABASE, type TenantPlace } from '../../core/tenants/tenant.js';
import type { ConnectionOptions } from '../connection-options.js';
import type { PgConnectionConfig } from '../driver-types.js';
import { connectionSource } from '../connection-source.js';
import type { SharedParts } from '../create-migrator.js';
import type { ResolvedOptions } from '../options.js';
import { problemOf, objectOf } from '../validation/checks.js';
import { connectionFields, connectionProblems } from '../validation/connection.js';

/** A database in which tenants live. */
export interface Home extends SharedParts {
  /** Options with its connection. */
  readonly options: ResolvedOptions;
  readonly installOnce: InstallOnce;
}

/** The databases of a fleet, each with its connections. */
export class Homes {
  private readonly homes = new Map<string, Home>();
  private readonly sources = new Map<string, object>();
  private readonly turnQueues = new Map<string, TurnQueue>();
  /** The names of databases, by their keys. */
  private readonly names = new Map<string, string>();
  private readonly ids = new WeakMap<object, number>();
  private objects = 0;
  private known:
    { readonly home: Home; readonly place: TenantPlace; readonly databases: readonly string[] } | undefined;

  constructor(private readonly options: ResolvedOptions) {}

  /** The database of the shared files. */
  get main(): Home {
    return this.mainPlace.home;
  }

  /** Where a tenant lives, or what is wrong with its connection. */
  placeOf(given: ConnectionOptions): TenantPlace | ConfigurationProblem {
    if (!hasConnection(given)) return this.mainPlace.place;
    const own = clean(given);
    const [problem] = problemsOf(own);
    if (problem !== undefined) return problem;
    const address = this.addressOf(own);
    if (!address) return UNPARSABLE;
    const database = this.mainPlace.databases.includes(address.database) ? MAIN_DATABASE : address.database;
    this.keep(address.connection, database, own);
    return { ...address, database };
  }

  of({ connection }: TenantPlace): Home {
    const home = connection === undefined ? this.main : this.homes.get(connection);
    if (!home) throw new Error('the place of a tenant is unknown');
    return home;
  }

  /** The name of the database at a place; undefined if it is not known. */
  nameOf({ database }: TenantPlace): string | undefined {
    return this.names.get(database === MAIN_DATABASE ? (this.mainPlace.databases[0] ?? '') : database);
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map(({ reused }) => reused.closeIdle()));
    await Promise.all(this.all().map(({ reads }) => reads.close()));
  }

  private all(): readonly Home[] {
    return [...(this.known ? [this.known.home] : []), ...this.homes.values()];
  }

  private get mainPlace() {
    this.known ??= this.findMain();
    return this.known;
  }

  /** Migrations may have another way to the same database. */
  private findMain() {
    const ways = [this.options, ...(this.options.migrateWith ? [this.options.migrateWith] : [])];
    const found = ways.map((way) => this.addressOf(way)).filter((address) => address !== undefined);
    const place: TenantPlace = { database: MAIN_DATABASE, server: found[0]?.server ?? MAIN_DATABASE };
    const databases = found.map(({ database }) => database);
    return { home: this.homeOf(this.options, MAIN_DATABASE), place, databases };
  }

  /** The latest password and the latest certificates count: they may have been replaced since the last list. */
  private keep(key: string, database: string, own: ConnectionOptions): void {
    const known = this.sources.get(key);
    const home = this.homes.get(key);
    if (!known || !home) {
      const config = { ...configOf(own) } as PgConnectionConfig;
      this.sources.set(key, config);
      const connection = own.pool ? { pool: own.pool } : { connection: config };
      this.homes.set(key, this.homeOf({ ...this.options, ...NO_CONNECTION, ...connection }, database));
    } else if (!own.pool && !isDeepStrictEqual(known, configOf(own))) {
      for (const field of Object.keys(known)) Reflect.deleteProperty(known, field);
      Object.assign(known, configOf(own)); // whoever connects from now on uses it
      home.reads.close().catch(() => {});
    }
  }

  private homeOf(options: ResolvedOptions, database: string): Home {
    const reading = connectionSource(options);
    const migrating = options.migrateWith ? connectionSource(options.migrateWith) : reading;
    const turnQueue = this.turnQueues.get(database) ?? new TurnQueue();
    this.turnQueues.set(database, turnQueue);
    return {
      options,
      reads: new ReadConnections(reading, options.timeouts.read),
      reused: new ReusedConnections(migrating),
      installOnce: new InstallOnce(),
      turnQueue,
    };
  }

  /** Undefined if it cannot be parsed. A connection over a custom stream is known only by its object. */
  private addressOf(options: ConnectionOptions): (TenantPlace & { readonly connection: string }) | undefined {
    const given = connectionSource(options);
    const pool = isPool(given) ? given : undefined;
    const config = pool ? pool.options : configOf(options);
    if (config.stream) {
      const object = `object ${this.idOf(options.connection ?? pool ?? options)}`;
      return { database: object, server: object, connection: object };
    }
    try {
      const { host, port, database, user, startupOptions } = addressOf(config);
      const server = `${hostKey(host)}:${port}`;
      const way = pool ? `pool ${this.idOf(pool)}` : JSON.stringify([host, port, database, user, startupOptions]);
      const key = JSON.stringify([server, database]);
      if (database !== undefined) this.names.set(key, database);
      return { database: key, server, connection: way };
    } catch {
      return undefined;
    }
  }

  private idOf(given: object): number {
    const known = this.ids.get(given) ?? ++this.objects;
    this.ids.set(given, known);
    return known;
  }
}

/** Names of this machine are one. */
function hostKey(host: string): string {
  return ['127.0.0.1', '::1'].includes(host) ? 'localhost' : host.toLowerCase();
}

function configOf(options: ConnectionOptions): ClientConfig {
  const source = connectionSource(options);
  return typeof source === 'string' ? { connectionString: source } : (source as ClientConfig);
}

const NO_CONNECTION = { connectionString: undefined, connection: undefined, pool: undefined, migrateWith: undefined };

const UNPARSABLE: ConfigurationProblem = {
  code: 'invalid',
  detail: 'its connection cannot be parsed: check the connection string',
};

const ownConnection = objectOf(connectionFields);

function problemsOf(options: ConnectionOptions): readonly ConfigurationProblem[] {
  const parsed = v.safeParse(ownConnection, options);
  return [...(parsed.issues ?? []).map(problemOf), ...connectionProblems(options, '')];
}

function hasConnection({ connectionString, connection, pool }: ConnectionOptions): boolean {
  return connectionString !== undefined || connection !== undefined || pool !== undefined;
}

function clean({ connectionString, connection, pool }: ConnectionOptions): ConnectionOptions {
  const given = Object.entries({ connectionString, connection, pool });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
