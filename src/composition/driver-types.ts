/**
 * Our own types for the parts of the driver `pg` that this library uses. Pools and configurations of an application fit
 * them with any version of `@types/pg`, and without it the types are not `any`.
 */

/** A client checked out from a pool. */
export interface PgPoolClient {
  /** Runs a query. */
  query(text: string): PromiseLike<unknown>;
  /** Gives the client back to the pool, or closes it. */
  release(destroy?: boolean): void;
}

/** A `Pool` of the package `pg`. */
export interface PgPool {
  /** The total number of connections. */
  readonly totalCount: number;
  /** The number of idle connections. */
  readonly idleCount: number;
  /** The number of requests waiting for a connection. */
  readonly waitingCount: number;
  /** Checks a client out. */
  connect(): Promise<PgPoolClient>;
}

/** The configuration of a `Client` of the package `pg`. {@link https://node-postgres.com/apis/client} */
export interface PgConnectionConfig {
  host?: string | undefined;
  port?: number | undefined;
  database?: string | undefined;
  user?: string | undefined;
  /** The password, or a function that returns it, such as one that fetches a token. */
  password?: string | (() => string | Promise<string>) | undefined;
  connectionString?: string | undefined;
  /** `true`, or options of `tls.connect`. */
  ssl?: boolean | object | undefined;
  sslnegotiation?: 'postgres' | 'direct' | undefined;
  enableChannelBinding?: boolean | undefined;
  /** Command-line options for the server, such as `-c search_path=app`. */
  options?: string | undefined;
  application_name?: string | undefined;
  fallback_application_name?: string | undefined;
  client_encoding?: string | undefined;
  keepAlive?: boolean | undefined;
  /** In ms. */
  keepAliveInitialDelayMillis?: number | undefined;
  /** In ms. Like the other timeouts here, not used for migrations: see `timeouts`. */
  connectionTimeoutMillis?: number | undefined;
  /** In ms. */
  query_timeout?: number | undefined;
  /** In ms. */
  statement_timeout?: false | number | undefined;
  /** In ms. */
  lock_timeout?: number | undefined;
  /** In ms. */
  idle_in_transaction_session_timeout?: number | undefined;
  /** Type parsers. Not used here: values are read as text. */
  types?: object | undefined;
  /** Returns the stream to use instead of a socket. */
  stream?: (() => object | undefined) | undefined;
  pipeline?: boolean | undefined;
}
