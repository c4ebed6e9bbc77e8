import { storableMessage } from '../../core/compile/source-text.js';
import type { Task } from '../../core/compile/task.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import type { Notice } from '../../core/history/history.js';
import type { Migration } from '../../core/migration/migration.js';
import type { PgConnection, RawNotice } from '../connection/pg-connection.js';

/** Per migration, to keep the history table small. */
const MAX_NOTICES = 100;
const MAX_NOTICE_LENGTH = 1_000;

/** Called for each notice of a migration. */
type NoticeListener = (migration: Migration, notice: Notice) => void;

/** Collects server messages while migrations run. */
export class NoticeCollector {
  /** Stops collecting. */
  readonly stop: () => void;
  private readonly notices = new Map<string, Notice[]>();
  private current: Migration | undefined;

  constructor(
    connection: PgConnection,
    /** Prefix of our own messages: random, so that no migration can fake one. */
    private readonly marker: string,
    private readonly onNotice: NoticeListener,
    /** Masks secrets in a message. */
    private readonly mask: (message: string) => string,
  ) {
    this.stop = connection.onNotice((raw) => this.collect(raw));
  }

  /** Attributes further notices to this migration, or to none. */
  attributeTo(migration: Migration | undefined): void {
    this.current = migration;
  }

  collected(): ReadonlyMap<string, readonly Notice[]> {
    return this.notices;
  }

  /** Stores one of our messages before the server messages of a migration, without emitting an event. */
  keep({ file }: Migration, notice: Notice): void {
    this.notices.set(file, [notice, ...(this.notices.get(file) ?? [])].slice(0, MAX_NOTICES));
  }

  private collect(raw: RawNotice): void {
    const message = raw.message ?? '';
    if (this.current && !message.startsWith(this.marker)) this.add(this.current, raw, this.mask(message));
  }

  private add(migration: Migration, raw: RawNotice, message: string): void {
    const cut =
      message.length > MAX_NOTICE_LENGTH ? `${wholeCharacters(message.slice(0, MAX_NOTICE_LENGTH))}…` : message;
    const notice: Notice = {
      severity: raw.severity ?? 'NOTICE',
      sqlstate: raw.code ?? SQLSTATE.successfulCompletion,
      message: cut,
    };
    const list = this.notices.get(migration.file) ?? [];
    if (list.length < MAX_NOTICES) list.push(notice);
    this.notices.set(migration.file, list);
    this.onNotice(migration, notice);
  }
}

/** Half a surrogate pair is not valid in jsonb. */
function wholeCharacters(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '');
}

/** The notices with messages that may be stored: a message from a file with placeholders may contain their values. */
export function storableNotices(
  collected: ReadonlyMap<string, readonly Notice[]>,
  tasks: readonly Task[],
): ReadonlyMap<string, readonly Notice[]> {
  const sources = new Map(tasks.map(({ program: { migration, source } }) => [migration.file, source]));
  const storable = (file: string, notice: Notice): Notice => ({
    ...notice,
    message: storableMessage(sources.get(file), notice.message),
  });
  return new Map([...collected].map(([file, notices]) => [file, notices.map((notice) => storable(file, notice))]));
}
