import * as v from 'valibot';
import { isPool } from '../../postgres/connection/connect.js';
import { addressOf } from '../../postgres/connection/driver.js';
import { ReadConnections } from '../../postgres/connection/read-connections.js';
import { ReusedConnections } from '../../postgres/connection/reused-connections.js';
import { InstallOnce } from '../../postgres/history/install-once.js';
import type { TenantPlace } from '../../core/tenants/tenant.js';
import { Turns } from '../../fleet/turns.js';
import type { ConnectionOptions } from '../connection-options.js';
import { connectionSource } from '../connection-source.js';
import type { SharedParts } from '../create-migrator.js';
import type { ResolvedOptions } from '../options.js';
import { describeIssue, objectOf } from '../validation/checks.js';
import { connectionFields, connectionProblems } from '../validation/connection.js';

/** A database in which tenants live. */
export interface Home extends SharedParts {
  /** Options with its connection. */
  readonly options: ResolvedOptions;
  readonly installOnce: InstallOnce;
}

/** The place of tenants without a connection of their own. */
const MAIN = '';

/** The databases of a fleet, each with its connections. */
export class Homes {
  private readonly homes = new Map<string, Home>();
  private readonly poolIds = new WeakMap<object, number>();
  private pools = 0;

  constructor(private readonly options: ResolvedOptions) {}

  /** Where a tenant lives, or what is wrong with its connection. */
  placeOf(given: ConnectionOptions): TenantPlace | string {
    const { connectionString, connection, pool } = given;
    const own = { connectionString, connection, pool };
    if (Object.values(own).every((each) => each === undefined))
      return { database: MAIN, server: this.serverOf(this.options) };
    const [problem] = problemsOf(clean(own));
    if (problem !== undefined) return problem;
    const options = { ...this.options, ...NO_CONNECTION, ...clean(own) };
    const place = this.keysOf(options);
    if (typeof place !== 'string' && !this.homes.has(place.database)) this.homes.set(place.database, home(options));
    return place;
  }

  of({ database }: TenantPlace): Home {
    const known = this.homes.get(database);
    if (known) return known;
    if (database !== MAIN) throw new Error('the place of a tenant is unknown');
    const main = home(this.options);
    this.homes.set(MAIN, main);
    return main;
  }

  async close(): Promise<void> {
    await Promise.all([...this.homes.values()].map(({ reused }) => reused.closeIdle()));
    await Promise.all([...this.homes.values()].map(({ reads }) => reads.close()));
  }

  private serverOf(options: ResolvedOptions): string {
    const keys = this.keysOf(options);
    return typeof keys === 'string' ? MAIN : keys.server;
  }

  /** A pool, or a connection over a custom stream, is known only by its object. */
  private keysOf(options: ResolvedOptions): TenantPlace | string {
    const source = connectionSource(options);
    const given = typeof source === 'string' ? { connectionString: source } : source;
    const config = isPool(given) ? given.options : given;
    if (config.stream) return { database: `object ${this.idOf(given)}`, server: `object ${this.idOf(given)}` };
    try {
      const { host, port, database, user, startupOptions } = addressOf(config);
      return { database: JSON.stringify([host, port, database, user, startupOptions]), server: `${host}:${port}` };
    } catch {
      return 'its connection cannot be parsed: check the connection string';
    }
  }

  private idOf(given: object): number {
    const known = this.poolIds.get(given) ?? ++this.pools;
    this.poolIds.set(given, known);
    return known;
  }
}

const NO_CONNECTION = { connectionString: undefined, connection: undefined, pool: undefined, migrateWith: undefined };

const ownConnection = objectOf(connectionFields);

function problemsOf(options: ConnectionOptions): readonly string[] {
  const parsed = v.safeParse(ownConnection, options);
  return [...(parsed.issues ?? []).map(describeIssue), ...connectionProblems(options, '')];
}

function clean(options: ConnectionOptions): ConnectionOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function home(options: ResolvedOptions): Home {
  const reading = connectionSource(options);
  const migrating = options.migrateWith ? connectionSource(options.migrateWith) : reading;
  return {
    options,
    reads: new ReadConnections(reading, options.timeouts.read),
    reused: new ReusedConnections(migrating),
    installOnce: new InstallOnce(),
    inTurn: new Turns().inTurn,
  };
}
