/**
 * What this library needs of the driver `pg`, as types of its own: whatever version of `@types/pg` an application has,
 * its pools and configurations fit, and without `@types/pg` they are not `any`.
 */

/** A client that a pool lends. */
export interface PgPoolClient {
  query(text: string): PromiseLike<unknown>;
  release(destroy?: boolean): void;
}

/** A `Pool` of the package `pg`. */
export interface PgPool {
  /** The number of its connections. */
  readonly totalCount: number;
  /** How many of them nobody uses. */
  readonly idleCount: number;
  /** The number of requests that wait for one. */
  readonly waitingCount: number;
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
  /** In ms. Not used for migrations, as the other timeouts here: see `timeouts`. */
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
