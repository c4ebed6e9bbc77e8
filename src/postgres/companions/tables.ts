import { companionTable, qualifiedName, type TableName } from '../../core/target/table.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';

/** A column of a companion table. */
interface CompanionColumn {
  /** SQL type with constraints and default. */
  readonly type: string;
  /** For docs/history-table.md. */
  readonly comment: string;
}

/** A companion of the history table. A run whose role cannot create or write it works without it. */
interface Companion {
  readonly suffix: string;
  /** For `COMMENT ON TABLE` and docs/history-table.md. */
  readonly comment: string;
  readonly columns: Readonly<Record<string, CompanionColumn>>;
  /** The privileges that writing it needs. */
  readonly rights: readonly string[];
  /** A constraint over several columns. @default none */
  readonly constraint?: string;
}

/** The current time. `now()` is the same for a whole message. */
export const NOW = 'pg_catalog.clock_timestamp()';

/** All companion tables. */
export const COMPANIONS = {
  audit: {
    suffix: 'audit',
    comment: 'Who changed the history, when and why. Rows are only added, never changed or removed.',
    rights: ['SELECT', 'INSERT'],
    columns: {
      id: { type: 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY', comment: 'increases with each entry' },
      at: { type: `timestamptz NOT NULL DEFAULT ${NOW}`, comment: 'time of the change, or of the end of the run' },
      action: {
        type: 'text NOT NULL',
        comment:
          'migrate, adopt, baseline, mark, unmark, resolve, repair, import, accept, unlock, provision or deprovision',
      },
      run_id: { type: 'uuid NOT NULL', comment: 'the run or change, as in the history' },
      files: { type: `jsonb NOT NULL DEFAULT '[]'`, comment: 'the affected files' },
      reason: { type: 'text', comment: 'the reason that was given for the change' },
      details: { type: 'jsonb', comment: 'further details, depending on the action' },
      role: { type: 'text NOT NULL DEFAULT current_user', comment: 'the role that made the change' },
      login: { type: 'text NOT NULL DEFAULT session_user', comment: 'the login role' },
      application: {
        type: "text NOT NULL DEFAULT pg_catalog.current_setting('application_name')",
        comment: 'application_name of the connection',
      },
      library_version: { type: 'text NOT NULL', comment: 'the version of nestjs-pg-migrations' },
    },
  },
  source: {
    suffix: 'source',
    comment: 'The sources of applied migrations, to show what changed in a file. Secrets are masked.',
    rights: ['SELECT', 'INSERT'],
    columns: {
      checksum: { type: 'text PRIMARY KEY', comment: 'as in the history' },
      source: { type: 'text NOT NULL', comment: 'the text on disk, with placeholders unreplaced and secrets masked' },
      recorded_at: { type: `timestamptz NOT NULL DEFAULT ${NOW}`, comment: 'when it was recorded' },
    },
  },
  incidents: {
    suffix: 'incidents',
    comment: 'Drift incidents, so that only one of many processes alerts.',
    rights: ['SELECT', 'INSERT', 'UPDATE'],
    columns: {
      code: { type: 'text NOT NULL', comment: 'code of the finding' },
      subject: { type: 'text NOT NULL', comment: 'what the finding is about' },
      fingerprint: {
        type: 'text NOT NULL',
        comment: 'a hash of its values: a further edit of a file is a new incident',
      },
      finding: { type: 'jsonb NOT NULL', comment: 'the finding' },
      opened_at: { type: `timestamptz NOT NULL DEFAULT ${NOW}`, comment: 'when a check first found it' },
      last_seen_at: { type: `timestamptz NOT NULL DEFAULT ${NOW}`, comment: 'when a check last found it' },
      seen_by: { type: 'text NOT NULL', comment: 'the process that last found it' },
      alerted_at: { type: `timestamptz NOT NULL DEFAULT ${NOW}`, comment: 'when a process last claimed the alert' },
      alerted_by: { type: 'text NOT NULL', comment: 'the check that claimed it' },
      alerts: { type: 'integer NOT NULL DEFAULT 1', comment: 'number of alerts, reminders included' },
      delivered: { type: 'boolean NOT NULL DEFAULT false', comment: 'whether the last alert was sent to all channels' },
      resolved_at: { type: 'timestamptz', comment: 'when it was resolved; null while it is open' },
    },
    constraint: 'PRIMARY KEY (code, subject, fingerprint)',
  },
  catalog: {
    suffix: 'catalog',
    comment: 'The last recorded catalogs of this database, to show what was changed without a migration.',
    rights: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
    columns: {
      id: { type: 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY', comment: 'rises with each record' },
      recorded_at: { type: 'timestamptz NOT NULL', comment: 'when the catalog was read' },
      matched_at: {
        type: 'timestamptz NOT NULL',
        comment: 'when nothing differed from the record: what differs now was changed after it',
      },
      server_version: { type: 'integer NOT NULL', comment: 'server_version_num: 150004 is 15.4' },
      format: { type: 'integer NOT NULL', comment: 'what is read, and how; only catalogs of one format are compared' },
      schemas: { type: 'jsonb NOT NULL', comment: 'the schemas in which migrations had created objects' },
      fingerprint: { type: 'jsonb NOT NULL', comment: 'the number of objects and a sum of hashes, by group of kinds' },
      stamp: {
        type: 'text',
        comment: 'identifies what was read: as long as it is the same, nothing has changed; null if unknown',
      },
      content: { type: 'bytea NOT NULL', comment: 'the objects: JSON, in UTF-8' },
    },
  },
} as const satisfies Readonly<Record<string, Companion>>;

/** Identifies a companion table. */
export type CompanionName = keyof typeof COMPANIONS;

/** The names of all companion tables. */
export const COMPANION_NAMES = Object.keys(COMPANIONS) as CompanionName[];

/** Whether a companion table can be written by the role that migrates. */
export type CompanionState = 'usable' | 'no-rights' | 'absent';

/** The name of a companion of a history table. */
export function nameOfCompanion(history: TableName, companion: CompanionName): TableName {
  return companionTable(history, COMPANIONS[companion].suffix);
}

/** Creates a companion table. */
export function createCompanion(history: TableName, companion: CompanionName): string[] {
  const { columns, comment, constraint }: Companion = COMPANIONS[companion];
  const table = qualifiedName(nameOfCompanion(history, companion));
  const list = Object.entries(columns).map(([name, { type }]) => `${name} ${type}`);
  if (constraint) list.push(constraint);
  return [`CREATE TABLE ${table} (${list.join(', ')})`, `COMMENT ON TABLE ${table} IS ${quoteLiteral(comment)}`];
}

/**
 * A JSON object with the companion tables that exist, by their names in the catalog, and whether a role may write them.
 *
 * @param writer an expression for the role. @param namespace an expression for the OID of the schema.
 */
export function companionsSql(history: TableName, writer: string, namespace: string): string {
  const names = COMPANION_NAMES.map((companion) => ({
    name: quoteLiteral(nameOfCompanion(history, companion).table),
    rights: COMPANIONS[companion].rights,
  }));
  const mayWrite = names.map(({ name, rights }) => {
    const all = rights.map((right) => `pg_catalog.has_table_privilege(${writer}::pg_catalog.name, o.oid, '${right}')`);
    return `WHEN ${name} THEN ${all.join(' AND ')}`;
  });
  return (
    `(SELECT pg_catalog.json_object_agg(o.relname, o.relkind IN ('r', 'p') AND CASE o.relname ${mayWrite.join(' ')} END) ` +
    `FROM pg_catalog.pg_class o WHERE o.relnamespace = ${namespace} AND o.relname IN (${names.map(({ name }) => name).join(', ')}))`
  );
}

/** The states of all companion tables. @param json the result of {@link companionsSql}. */
export function companionStates(
  history: TableName,
  json: string | null | undefined,
): Readonly<Record<CompanionName, CompanionState>> {
  const found = JSON.parse(json ?? '{}') as Record<string, boolean>;
  const stateOf = (companion: CompanionName): CompanionState => {
    const writable = found[nameOfCompanion(history, companion).table];
    return writable === undefined ? 'absent' : writable ? 'usable' : 'no-rights';
  };
  return Object.fromEntries(COMPANION_NAMES.map((companion) => [companion, stateOf(companion)])) as Record<
    CompanionName,
    CompanionState
  >;
}
