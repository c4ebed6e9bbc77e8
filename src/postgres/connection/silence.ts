import type { ClientBase } from 'pg';
import type { Socket } from 'node:net';
import { DatabaseConnectionError } from '../../core/errors/errors.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { backendOf, endStranded, WAITS_FOR_CLIENT } from './backend.js';
import type { Lease } from './connection.js';
import { awaitedText, querySimply } from './script.js';
import { socketOf } from './socket.js';
import { within } from './within.js';

export interface SilenceSettings {
  /** How long nothing may be heard while an answer is awaited, before the server is asked; in ms. */
  readonly patienceMs: number;
  /** How long the server may take to answer that, in ms; connecting has a limit of its own. */
  readonly askMs: number;
  /** A second connection to the same database, tried for once. */
  readonly openConnection: () => Promise<Lease>;
}

/**
 * Ends a connection whose answers no longer arrive: a stalled network tells nobody. A statement may be silent for
 * hours, so time alone says nothing. After a while of silence the server is asked, on a second connection, whether it
 * is at work for this one. If it is not, or if it cannot be asked, the query that waits fails as one of a lost
 * connection does.
 */
export function endWhenSilent(lease: Lease, settings: SilenceSettings): Lease {
  const watch = new SilenceWatch(lease.client, settings);
  return {
    client: lease.client,
    release: async (destroy) => {
      watch.stop();
      await lease.release(destroy);
    },
  };
}

type Verdict = 'at-work' | 'refused' | 'not-at-work' | 'not-reachable';

const REASONS: Readonly<Record<Exclude<Verdict, 'at-work'>, string>> = {
  refused: 'it could not be asked, because it refuses other connections',
  'not-at-work': 'the server is no longer at work for this connection',
  'not-reachable': 'a second connection could not be made',
};

const LOOKS = 4;
/** Characters in a millisecond: until the server has the whole message it is not at work. */
const SLOWEST_UPLOAD = 50;
/** How often in a row the server may refuse to be asked, before that counts as not reachable. */
const REFUSALS = 20;
/** An answer may be on its way when the server says that it has given it. */
const DOUBTS = 2;

class SilenceWatch {
  private readonly stream: Socket;
  private readonly timer: NodeJS.Timeout;
  private heardAt = performance.now();
  private doubts = 0;
  private refusals = 0;
  private asking = false;

  constructor(
    private readonly client: ClientBase,
    private readonly settings: SilenceSettings,
  ) {
    this.stream = socketOf(client);
    this.stream.on('data', this.hear);
    this.timer = setInterval(() => void this.look(), Math.max(10, settings.patienceMs / LOOKS)).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.stream.off('data', this.hear);
  }

  private readonly hear = (): void => {
    this.heardAt = performance.now();
    this.doubts = 0;
    this.refusals = 0;
  };

  private async look(): Promise<void> {
    if (this.asking) return;
    const text = awaitedText(this.client);
    if (text === undefined) return this.hear();
    const patienceMs = this.settings.patienceMs + text.length / SLOWEST_UPLOAD;
    if (this.doubts === 0 && performance.now() - this.heardAt < patienceMs) return;
    this.asking = true;
    await this.ask(text);
    this.asking = false;
  }

  private async ask(text: string): Promise<void> {
    const { heardAt } = this;
    const { askMs, openConnection } = this.settings;
    let second: Lease | undefined;
    let verdict: Verdict;
    try {
      second = await openConnection();
      const rows = await within(askMs, querySimply(second.client, atWorkSql(this.client, text)), tooLate);
      verdict = rows.length > 0 ? 'at-work' : 'not-at-work';
    } catch (error) {
      verdict = isRefusal(error) ? 'refused' : 'not-reachable';
    }
    const stillSilent = this.heardAt === heardAt && awaitedText(this.client) !== undefined;
    if (stillSilent && this.judge(verdict) === 'ended' && second) await this.endBackend(second);
    await second?.release(true);
  }

  private judge(verdict: Verdict): 'ended' | 'goes-on' {
    if (verdict === 'at-work') this.hear();
    else if (verdict === 'refused' && ++this.refusals < REFUSALS) this.heardAt = performance.now();
    else if (verdict !== 'not-at-work' || ++this.doubts >= DOUBTS) {
      this.end(REASONS[verdict]);
      return 'ended';
    }
    return 'goes-on';
  }

  /** It waits for messages of a client that has given it up. */
  private async endBackend(second: Lease): Promise<void> {
    const backend = backendOf(this.client);
    if (backend === undefined) return;
    await within(this.settings.askMs, endStranded(second.client, backend), tooLate).catch(() => {});
  }

  private end(reason: string): void {
    this.stop();
    const seconds = Math.round((performance.now() - this.heardAt) / 100) / 10;
    this.stream.destroy(new Error(`nothing was heard from the server for ${seconds} s, and ${reason}`));
  }
}

/** UTF-16 units of a statement's text that are compared; of what the server shows, half as many characters. */
const COMPARED = 1_000;

/**
 * Gives a row when the server is at work for a connection: by the process that it was given, or behind a pooler, where
 * there is none of that number, by the text. A server that waits for this client to send, or to take its answer, is not.
 */
function atWorkSql(client: ClientBase, text: string): string {
  const { processID } = client as unknown as { processID: number };
  const shown = `pg_catalog.starts_with(${quoteLiteral(text.slice(0, COMPARED))}, pg_catalog.left(query, ${COMPARED / 2}))`;
  return `SELECT 1 AS found FROM pg_catalog.pg_stat_activity
    WHERE CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE pid = ${processID}) THEN pid = ${processID}
          ELSE pid <> pg_catalog.pg_backend_pid() AND usename = session_user AND datname = pg_catalog.current_database() AND query <> '' AND ${shown} END
      AND (state IS NULL OR state NOT LIKE 'idle%') AND NOT ${WAITS_FOR_CLIENT} LIMIT 1`;
}

const TOO_MANY_CONNECTIONS = '53300';

/** A server that refuses another connection is there, and what the first one does is not known. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof DatabaseConnectionError)) return false;
  return error.code === 'CONNECTION_REFUSED' || error.sqlstate === TOO_MANY_CONNECTIONS;
}

function tooLate(): Error {
  return new Error('no answer in time');
}
