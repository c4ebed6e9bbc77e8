import type { Connection, Submittable } from 'pg';
import { refuseCopy, sendCopyData, sendTexts } from './driver.js';

/** How a message of several statements ended. */
export interface ScriptResult {
  /** The number of statements that completed. */
  readonly completed: number;
  /** The error that stopped it: the server discards the rest of the message. */
  readonly error: unknown;
  /** Text of the first column of the last row that any statement returned. */
  readonly lastValue: string | undefined;
}

/** A row as the server sent it: every value is text or null. The driver's type parsers are not used. */
export type Row = Readonly<Record<string, string | null>>;

/** The longest delay of a timer, about 24 days: after a client-side timeout the server would go on and commit. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** Joins statements into the text of one message. */
export function asScript(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};`).join('\n');
}

/** Callbacks and data for a {@link Script}. */
export interface ScriptSettings {
  /** Called once the driver attributes the server's responses to this script. */
  readonly onSubmitted?: () => void;
  /** Called after each statement with the number of statements completed so far. */
  readonly onCompleted?: ((completed: number) => void) | undefined;
  /** Called with each row, and with `undefined` before the rows of each statement. */
  readonly onRow?: (row: Row | undefined) => void;
  /** Called with the name and the value of the first column of each row. */
  readonly onValue?: (column: string, value: string | undefined) => void;
  /** Rows for each `COPY … FROM stdin` in it. */
  readonly copyRows?: readonly string[];
}

/**
 * Several statements in one message of the simple query protocol. Unlike the driver's own query it reports each
 * completed statement while the message runs, and keeps no rows. `pg-cursor` uses the same interface.
 */
export class Script implements Submittable {
  readonly query_timeout = NO_TIMEOUT_MS;
  /** The driver wraps it to stop its own timer, so it must be called once. */
  callback = (): void => {};
  private completed = 0;
  private lastValue: string | undefined;
  private settled = false;
  private copies = 0;
  private columns: readonly string[] = [];

  constructor(
    /** The first is its own. The others belong to the scripts that follow, which send nothing themselves. */
    private readonly texts: readonly string[],
    private readonly settings: ScriptSettings,
    private readonly resolve: (result: ScriptResult) => void,
  ) {}

  submit(connection: Connection): void {
    sendTexts(connection, this.texts);
    this.settings.onSubmitted?.();
  }

  handleRowDescription({ fields }: { fields: readonly { readonly name: string }[] }): void {
    this.columns = fields.map(({ name }) => name);
    this.settings.onRow?.(undefined);
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    this.lastValue = fields[0] ?? undefined;
    this.settings.onValue?.(this.columns[0] ?? '', this.lastValue);
    if (!this.settings.onRow) return;
    const row: Record<string, string | null> = {}; // a loop: a history may have many thousand rows
    for (let i = 0; i < this.columns.length; i++) row[this.columns[i] as string] = fields[i] ?? null;
    this.settings.onRow(row);
  }

  handleCommandComplete(): void {
    this.completed++;
    this.settings.onCompleted?.(this.completed);
  }

  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(): void {}

  handleCopyInResponse(connection: Connection): void {
    const rows = this.settings.copyRows?.[this.copies++];
    if (rows === undefined) refuseCopy(connection, 'this COPY FROM stdin has no rows to send');
    else sendCopyData(connection, rows);
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
