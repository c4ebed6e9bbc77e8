import type { ClientBase } from 'pg';
import type { Notice } from '../core/events.js';
import type { MigrationFile } from '../core/migration-file.js';

interface RawNotice {
  readonly severity?: string | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** Per migration: enough to see what happened, too little to fill a table. */
const MOST_NOTICES = 100;
const LONGEST_NOTICE = 1_000;

/** Collects what the server says while migrations run. */
export class NoticeCollector {
  private readonly notices = new Map<string, Notice[]>();
  private current: MigrationFile | undefined;
  private duration = 0;

  constructor(
    private readonly client: ClientBase,
    /** Begins the messages that are ours: a random text, so that no migration can say the same. */
    private readonly marker: string,
    private readonly onNotice: (migration: MigrationFile, notice: Notice) => void,
  ) {
    client.on('notice', this.collect);
  }

  /** From now on notices belong to this migration, or to none. */
  attributeTo(migration: MigrationFile | undefined): void {
    this.current = migration;
  }

  /** Duration in ms that the server recorded for the last migration that it completed. */
  recordedDuration(): number {
    return this.duration;
  }

  collected(): ReadonlyMap<string, readonly Notice[]> {
    return this.notices;
  }

  stop(): void {
    this.client.off('notice', this.collect);
  }

  private readonly collect = (raw: RawNotice): void => {
    const message = raw.message ?? '';
    if (message.startsWith(this.marker)) this.duration = Number(message.slice(this.marker.length));
    else if (this.current) this.add(this.current, raw, message);
  };

  private add(migration: MigrationFile, raw: RawNotice, message: string): void {
    const cut = message.length > LONGEST_NOTICE ? `${message.slice(0, LONGEST_NOTICE)}…` : message;
    const notice: Notice = { severity: raw.severity ?? 'NOTICE', sqlstate: raw.code ?? '00000', message: cut };
    const list = this.notices.get(migration.file) ?? [];
    if (list.length < MOST_NOTICES) list.push(notice);
    this.notices.set(migration.file, list);
    this.onNotice(migration, notice);
  }
}
