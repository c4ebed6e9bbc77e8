import { DatabaseConnectionError } from '../../core/errors/database-errors.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { withTimeout } from '../../timing/timeout.js';
import { endStranded, WAITS_FOR_CLIENT } from '../connection/backend.js';
import type { PgConnection } from '../connection/pg-connection.js';

/** When and how to check a connection that waits for an answer. */
interface LivenessSettings {
  /** How long the server may send nothing before it is checked, in ms. */
  readonly networkTimeoutMs: number;
  /** How long the check's query may take, in ms; connecting has its own limit. */
  readonly connectTimeoutMs: number;
  /** Opens a second connection to the same database, without retries. */
  readonly openConnection: () => Promise<PgConnection>;
}

/**
 * Destroys a connection whose answers no longer arrive, because a stalled connection raises no error. A statement may
 * run for hours without output, so a timeout alone proves nothing. A second connection asks the server whether the
 * first one is busy. If it is not, or if the server cannot be asked, the pending query fails with a lost connection.
 */
export function checkLiveness(connection: PgConnection, settings: LivenessSettings): void {
  const check = new LivenessCheck(connection, settings);
  connection.onRelease(() => check.stop());
}

type Verdict = 'busy' | 'refused' | 'not-busy' | 'unreachable';

const REASONS: Readonly<Record<Exclude<Verdict, 'busy'>, string>> = {
  refused: 'it refused a second connection to check on this one',
  'not-busy': 'it is no longer working on this connection',
  unreachable: 'a second connection could not be opened',
};

const CHECKS_PER_TIMEOUT = 4;
/** Characters per millisecond. The server starts to work once it has the whole message. */
const SLOWEST_UPLOAD = 50;
/** Refusals in a row after which the server counts as unreachable. */
const MAX_REFUSALS = 20;
/** Two in a row: when the first check finds the server not busy, its answer may still be on the way. */
const MAX_DOUBTS = 2;

class LivenessCheck {
  private readonly timer: NodeJS.Timeout;
  private readonly stopListening: () => void;
  private lastDataAt = performance.now();
  private doubts = 0;
  private refusals = 0;
  private checking = false;

  constructor(
    private readonly connection: PgConnection,
    private readonly settings: LivenessSettings,
  ) {
    this.stopListening = connection.onData(() => this.markAlive());
    const intervalMs = Math.max(10, settings.networkTimeoutMs / CHECKS_PER_TIMEOUT);
    this.timer = setInterval(() => void this.check(), intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.stopListening();
  }

  private markAlive(): void {
    this.lastDataAt = performance.now();
    this.doubts = 0;
    this.refusals = 0;
  }

  private async check(): Promise<void> {
    if (this.checking) return;
    const text = this.connection.sending;
    if (text === undefined) return this.markAlive();
    const allowedMs = this.settings.networkTimeoutMs + text.length / SLOWEST_UPLOAD;
    if (this.doubts === 0 && performance.now() - this.lastDataAt < allowedMs) return;
    this.checking = true;
    await this.probe(text);
    this.checking = false;
  }

  private async probe(text: string): Promise<void> {
    const { lastDataAt } = this;
    let second: PgConnection | undefined;
    let verdict: Verdict;
    try {
      second = await this.settings.openConnection();
      const rows = await this.withTimeout(second.query(busySql(this.connection.processId, text)));
      verdict = rows.length > 0 ? 'busy' : 'not-busy';
    } catch (error) {
      verdict = isRefusal(error) ? 'refused' : 'unreachable';
    }
    const stillWaiting = this.lastDataAt === lastDataAt && this.connection.sending !== undefined;
    if (stillWaiting && this.judge(verdict) === 'lost' && second) await this.endBackend(second);
    await second?.release();
  }

  private judge(verdict: Verdict): 'lost' | 'alive' {
    if (verdict === 'busy') this.markAlive();
    else if (verdict === 'refused' && ++this.refusals < MAX_REFUSALS) this.lastDataAt = performance.now();
    else if (verdict !== 'not-busy' || ++this.doubts >= MAX_DOUBTS) {
      this.destroy(REASONS[verdict]);
      return 'lost';
    }
    return 'alive';
  }

  /** The backend waits for a client that no longer uses it. */
  private async endBackend(second: PgConnection): Promise<void> {
    const { backend } = this.connection;
    if (backend !== undefined) await this.withTimeout(endStranded(second, backend)).catch(() => {});
  }

  private destroy(reason: string): void {
    this.stop();
    const seconds = Math.round((performance.now() - this.lastDataAt) / 100) / 10;
    this.connection.destroy(`the server sent nothing for ${seconds} s, and ${reason}`);
  }

  private withTimeout<T>(work: Promise<T>): Promise<T> {
    return withTimeout(work, this.settings.connectTimeoutMs, () => {
      throw new Error('timeout');
    });
  }
}

/** UTF-16 units of the sent text to compare, with half as many characters of the text that the server shows. */
const COMPARED = 1_000;

/**
 * SQL that returns a row if the server is busy with a connection. The backend is found by its process ID or, behind a
 * pooler, where no backend has that ID, by the text. A backend that waits for its client is not busy.
 */
function busySql(processId: number, text: string): string {
  const shown = `pg_catalog.starts_with(${quoteLiteral(text.slice(0, COMPARED))}, pg_catalog.left(query, ${COMPARED / 2}))`;
  return `SELECT 1 AS found FROM pg_catalog.pg_stat_activity
    WHERE CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE pid = ${processId}) THEN pid = ${processId}
          ELSE pid <> pg_catalog.pg_backend_pid() AND usename = session_user AND datname = pg_catalog.current_database() AND query <> '' AND ${shown} END
      AND (state IS NULL OR state NOT LIKE 'idle%') AND NOT ${WAITS_FOR_CLIENT} LIMIT 1`;
}

/** A server that refuses a second connection is alive, but what the first one does is unknown. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof DatabaseConnectionError)) return false;
  return error.code === 'CONNECTION_REFUSED' || error.sqlstate === SQLSTATE.tooManyConnections;
}
