import type { ClientBase } from 'pg';
import { processIdOf, sendCancelRequest, socketOf } from './driver.js';
import type { Row, ScriptResult, ScriptSettings } from './script.js';
import { Outbox } from './outbox.js';
import { serverErrorOf } from './server-error.js';

const CANCEL_REQUEST_TIMEOUT_MS = 5_000;

/** The server process of one connection. */
export interface Backend {
  /** Process ID and start time. */
  readonly name: string;
  /** Condition on `pg_stat_activity a`: it still serves only that connection. */
  readonly condition: string;
}

/** The state of a session. `outdated`: the defaults of new sessions have changed since it began. */
export type SessionEnd = 'usable' | 'failed' | 'outdated';

/** A message from the server, such as `RAISE NOTICE`. */
export interface RawNotice {
  readonly severity?: string | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/**
 * One connection for exclusive use: a client of the driver with its state. Messages sent in the same turn share a round
 * trip, in that order.
 */
export class PgConnection {
  /** The backend that serves only this connection, if known. Behind a pooler that takes an open transaction. */
  backend: Backend | undefined;
  private readonly outbox: Outbox;
  private isDirty = false;
  private end: SessionEnd = 'usable';
  private readonly releaseListeners: (() => void)[] = [];

  /** @param releaseClient returns the client to its pool, or closes it. */
  constructor(
    private readonly client: ClientBase,
    private readonly releaseClient: (destroy: boolean) => Promise<void>,
    /** True if the release of a dirty connection waits until the server has closed it, or has reset its session. */
    readonly isClosedOnRelease = false,
  ) {
    this.outbox = new Outbox(client);
  }

  /** The text that is being sent, or whose answer is pending. */
  get sending(): string | undefined {
    return this.outbox.current?.text;
  }

  get isEncrypted(): boolean {
    return 'encrypted' in socketOf(this.client);
  }

  /** True if the server is on this machine. */
  get isLocal(): boolean {
    const { remoteAddress } = socketOf(this.client); // a Unix socket has none
    return remoteAddress === undefined || /^(?:127\.|::1$|::ffff:127\.)/.test(remoteAddress);
  }

  /** True unless this connection has only read. A dirty connection must not be reused. */
  get dirty(): boolean {
    return this.isDirty || this.outbox.current !== undefined;
  }

  /** Marks the connection as not reusable, whatever is sent next. */
  markDirty(): void {
    this.isDirty = true;
  }

  /** Marks the session so that nobody uses it again. */
  retire(end: Exclude<SessionEnd, 'usable'> = 'failed'): void {
    this.isDirty = true;
    if (this.end !== 'outdated') this.end = end;
  }

  /**
   * The same session for the next user.
   *
   * @param takeBack called when that user releases it.
   */
  handOver(takeBack: (end: SessionEnd) => Promise<void>): PgConnection {
    const next: PgConnection = new PgConnection(
      this.client,
      () => takeBack(next.outbox.current === undefined ? next.end : 'failed'),
      this.isClosedOnRelease,
    );
    return next;
  }

  /** The process ID that the server sent on connecting; behind a pooler it is not that of a backend. */
  get processId(): number {
    return processIdOf(this.client);
  }

  /**
   * Sends several statements as one message. Never rejects: the error is part of the result.
   *
   * @param settings callbacks while it runs, and rows for a COPY in it.
   */
  run(script: string, settings: ScriptSettings = {}): Promise<ScriptResult> {
    this.isDirty = true;
    return this.judged(this.outbox.send(script, false, settings));
  }

  /** Like {@link run}, for history records: interrupting the run does not cancel it. */
  record(script: string): Promise<ScriptResult> {
    this.isDirty = true;
    return this.judged(this.outbox.send(script, true, {}));
  }

  /**
   * Reads with one statement, or with several of which the last one returns rows.
   *
   * @param expectedErrors SQLSTATEs that the caller handles; any other error makes the connection dirty.
   * @throws the driver's error.
   */
  async query(text: string, expectedErrors: readonly string[] = []): Promise<Row[]> {
    const { results, error } = await this.queryAll(text);
    if (error === undefined) return results.at(-1) ?? [];
    if (!expectedErrors.includes(serverErrorOf(error)?.sqlstate ?? '')) this.retire();
    throw error;
  }

  /** Reads the rows of each statement that returns any, up to the first error. Never rejects. */
  async queryAll(text: string): Promise<{ readonly results: readonly Row[][]; readonly error: unknown }> {
    const results: Row[][] = [];
    const onRow = (row: Row | undefined): void => {
      if (row) results.at(-1)?.push(row);
      else results.push([]);
    };
    const { error } = await this.outbox.send(text, false, { onRow });
    return { results, error };
  }

  /** Listens to the server's messages. Returns a function that stops it. */
  onNotice(listener: (notice: RawNotice) => void): () => void {
    this.client.on('notice', listener);
    return () => this.client.off('notice', listener);
  }

  /** Listens to all data from the server. Returns a function that stops it. */
  onData(listener: () => void): () => void {
    const socket = socketOf(this.client);
    socket.on('data', listener);
    return () => socket.off('data', listener);
  }

  /** @param listener called when the connection has ended, for whatever reason. */
  onEnd(listener: () => void): void {
    this.client.once('end', listener);
  }

  /** @param listener called when the connection is released. */
  onRelease(listener: () => void): void {
    this.releaseListeners.push(listener);
  }

  /**
   * Asks the server to cancel the running statement, unless it is a record. The server does not reply, and a request
   * between two statements has no effect, so callers repeat it.
   */
  requestCancel(): void {
    if (this.outbox.current?.isRecord !== true) sendCancelRequest(this.client, CANCEL_REQUEST_TIMEOUT_MS);
  }

  /** Closes the socket at once. A pending query fails with this reason. */
  destroy(reason: string): void {
    this.retire();
    socketOf(this.client).destroy(new Error(reason));
  }

  /** Returns the connection to its pool, or closes it if it is dirty or our own. Never rejects. */
  async release(): Promise<void> {
    for (const listener of this.releaseListeners.splice(0)) listener();
    await this.releaseClient(this.dirty);
  }

  private judged(sending: Promise<ScriptResult>): Promise<ScriptResult> {
    void sending.then(({ error }) => error !== undefined && this.retire());
    return sending;
  }
}
