import { BACKEND_SQL } from './backend.js';
import type { PgConnection } from './pg-connection.js';
import { asScript, type Row } from './script.js';
import { queryError } from './server-error.js';

/** What a session must know about the server before it writes. */
export interface ServerFacts {
  readonly database: string;
  /** `server_version_num`: 150004 is 15.4. */
  readonly version: number;
  /** True on a read-only standby. */
  readonly standby: boolean;
  /** Whether `default_transaction_read_only` is on for this connection. */
  readonly readOnly: boolean;
  /** The initial `application_name` of the connection. */
  readonly applicationName: string;
  /** True behind a pooler: the backend that answers does not have the process ID that was sent on connecting. */
  readonly pooled: boolean;
  /** True if the server can check during a statement whether its client is still there: from version 14, on most systems. */
  readonly checksClient: boolean;
}

const FACTS = `SELECT pg_catalog.current_database() AS database, pg_catalog.current_setting('server_version_num') AS version,
  pg_catalog.pg_is_in_recovery() AS standby, pg_catalog.current_setting('default_transaction_read_only') AS read_only,
  pg_catalog.current_setting('application_name') AS application_name, pg_catalog.pg_backend_pid() AS pid, ${BACKEND_SQL} AS backend`;

/** Fails if the operating system does not support it. The setting is local, so nothing stays in a pooled session. */
const CHECK_CLIENT = `SELECT CASE WHEN pg_catalog.current_setting('server_version_num')::integer >= 140000
    AND pg_catalog.version() ~ 'linux|darwin|bsd'
  THEN pg_catalog.set_config('client_connection_check_interval', '2s', true) END AS interval`;

interface FactsAndValue {
  readonly facts: ServerFacts;
  readonly value: string | null;
}

/** The facts of one session, read once. */
export class SessionFacts {
  private facts: Promise<ServerFacts> | undefined;

  /** @param check an additional check, run after the facts are read. */
  constructor(
    private readonly connection: PgConnection,
    private readonly check: () => Promise<void> = () => Promise.resolve(),
  ) {}

  /** @throws MigrationError */
  get(): Promise<ServerFacts> {
    return (this.facts ??= this.checked(this.read('NULL')));
  }

  /**
   * Reads the facts together with the value of an expression, which may have side effects. The additional check runs
   * afterwards, so that the value is known whatever its result: await {@link get} for it.
   *
   * @throws MigrationError
   */
  getWith(expression: string): Promise<FactsAndValue> {
    const reading = this.read(expression);
    this.facts = this.checked(reading);
    this.facts.catch(() => {}); // get() throws the error
    return reading;
  }

  private async checked(reading: Promise<FactsAndValue>): Promise<ServerFacts> {
    const { facts } = await reading;
    await this.check();
    return facts;
  }

  private async read(expression: string): Promise<FactsAndValue> {
    const { connection } = this;
    const { results, error } = await connection.queryAll(asScript([`${FACTS}, ${expression} AS value`, CHECK_CLIENT]));
    const [[row] = [], [check] = []] = results;
    if (!row) throw queryError('reading facts about the server', error ?? new Error('the query returned no row'));
    const facts = toFacts(row, connection.processId, check?.['interval'] != null);
    if (!facts.pooled && row['backend']) connection.backend = { name: row['backend'], condition: 'true' };
    return { facts, value: row['value'] ?? null };
  }
}

function toFacts(row: Row, processId: number, checksClient: boolean): ServerFacts {
  return {
    database: row['database'] ?? '',
    version: Number(row['version']),
    standby: row['standby'] === 't',
    readOnly: row['read_only'] === 'on',
    applicationName: row['application_name'] ?? '',
    pooled: Number(row['pid']) !== processId,
    checksClient,
  };
}
