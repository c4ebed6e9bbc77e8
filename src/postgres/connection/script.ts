import type { ClientBase, Connection, QueryResult, QueryResultRow, Submittable } from 'pg';

/** How a message of several statements ended. */
export interface ScriptResult {
  /** Statements that completed, in the order of the message. */
  readonly completed: number;
  /** The error that stopped it: the server discards the rest of the message. */
  readonly error: unknown;
  /** Text of the first column of the last row that any statement returned. */
  readonly lastValue: string | undefined;
}

/**
 * The longest delay that a timer takes, some 24 days: a client-side timeout would give up while the server goes on and
 * commits.
 */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

interface ScriptConnection extends Connection {
  query(text: string): void;
  sendCopyFail(message: string): void;
}

const awaited = new WeakMap<ClientBase, string>();

/** The text whose answer a client is waiting for; undefined when it waits for none. */
export function awaitedText(client: ClientBase): string | undefined {
  return awaited.get(client);
}

const bookkeeping = new WeakSet<ClientBase>();

/** True while a client records what became of a migration: that is not to be cancelled. */
export function isBookkeeping(client: ClientBase): boolean {
  return bookkeeping.has(client);
}

/** Sends a script that records something. */
export async function runBookkeeping(client: ClientBase, text: string): Promise<ScriptResult> {
  bookkeeping.add(client);
  try {
    return await runScript(client, text);
  } finally {
    bookkeeping.delete(client);
  }
}

async function awaiting<T>(client: ClientBase, text: string, answer: Promise<T>): Promise<T> {
  awaited.set(client, text);
  try {
    return await answer;
  } finally {
    if (awaited.get(client) === text) awaited.delete(client);
  }
}

/**
 * Sends a text of several statements as one message of the simple protocol. Unlike the driver's own query it tells of
 * each statement that completes, while the message runs, and keeps no rows.
 *
 * @param onCompleted called with the number of statements completed so far.
 */
export function runScript(
  client: ClientBase,
  text: string,
  onCompleted?: (completed: number) => void,
): Promise<ScriptResult> {
  const answer = new Promise<ScriptResult>((resolve) => client.query(new Script(text, onCompleted, resolve)));
  return awaiting(client, text, answer);
}

/** Statements as the text of one message. */
export function asScript(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};`).join('\n');
}

/**
 * Runs one statement, or several of which the last returns rows, in the simple protocol and without a client-side
 * timeout.
 */
export async function querySimply<Row extends QueryResultRow>(client: ClientBase, text: string): Promise<Row[]> {
  const answer = client.query<Row>({ text, query_timeout: NO_TIMEOUT_MS } as { text: string });
  const results = await awaiting<QueryResult<Row> | QueryResult<Row>[]>(client, text, answer);
  return (Array.isArray(results) ? results.at(-1) : results)?.rows ?? [];
}

/** The driver's interface for a query of one's own; `pg-cursor` uses the same. */
class Script implements Submittable {
  readonly query_timeout = NO_TIMEOUT_MS;
  /** The driver wraps it with the end of its own timer: it must be called once. */
  callback = (): void => {};
  private completed = 0;
  private lastValue: string | undefined;
  private settled = false;

  constructor(
    private readonly text: string,
    private readonly onCompleted: ((completed: number) => void) | undefined,
    private readonly resolve: (result: ScriptResult) => void,
  ) {}

  submit(connection: Connection): void {
    (connection as ScriptConnection).query(this.text);
  }

  handleRowDescription(): void {}

  handleDataRow(message: { fields: (string | null)[] }): void {
    this.lastValue = message.fields[0] ?? undefined;
  }

  handleCommandComplete(): void {
    this.completed++;
    this.onCompleted?.(this.completed);
  }

  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(): void {}

  handleCopyInResponse(connection: Connection): void {
    (connection as ScriptConnection).sendCopyFail('COPY FROM stdin has no source here');
  }

  handleError(error: unknown): void {
    this.settle(error ?? new Error('the query failed without an error'));
  }

  handleReadyForQuery(): void {
    this.settle(undefined);
  }

  private settle(error: unknown): void {
    if (this.settled) return;
    this.settled = true;
    this.callback();
    this.resolve({ completed: this.completed, error, lastValue: this.lastValue });
  }
}
