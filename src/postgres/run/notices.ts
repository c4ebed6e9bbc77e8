import type { ClientBase } from 'pg';
import type { Notice } from '../../core/events/events.js';
import type { MigrationFile } from '../../core/migration/migration-file.js';
import type { Program } from '../../core/compile/program.js';
import { storableMessage } from '../../core/compile/source-text.js';

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
  private readonly completed = new Map<string, number>();

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

  /** Duration in ms that the server recorded when it completed this migration; undefined before that. */
  recordedDuration(file: string): number | undefined {
    return this.completed.get(file);
  }

  collected(): ReadonlyMap<string, readonly Notice[]> {
    return this.notices;
  }

  stop(): void {
    this.client.off('notice', this.collect);
  }

  private readonly collect = (raw: RawNotice): void => {
    const message = raw.message ?? '';
    if (message.startsWith(this.marker)) this.noteCompletion(message.slice(this.marker.length));
    else if (this.current) this.add(this.current, raw, message);
  };

  /** Of an announcement nothing is left behind the marker. */
  private noteCompletion(text: string): void {
    const space = text.indexOf(' ');
    if (space > 0) this.completed.set(text.slice(space + 1), Number(text.slice(0, space)));
  }

  private add(migration: MigrationFile, raw: RawNotice, message: string): void {
    const cut = message.length > LONGEST_NOTICE ? `${wholeCharacters(message.slice(0, LONGEST_NOTICE))}…` : message;
    const notice: Notice = { severity: raw.severity ?? 'NOTICE', sqlstate: raw.code ?? '00000', message: cut };
    const list = this.notices.get(migration.file) ?? [];
    if (list.length < MOST_NOTICES) list.push(notice);
    this.notices.set(migration.file, list);
    this.onNotice(migration, notice);
  }
}

/** Half a surrogate pair is not valid in jsonb. */
function wholeCharacters(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '');
}

/**
 * What may be stored of what was said: of a file with values of placeholders in it not the words, which may hold them.
 */
export function storableNotices(
  said: ReadonlyMap<string, readonly Notice[]>,
  programs: readonly Program[],
): ReadonlyMap<string, readonly Notice[]> {
  const sources = new Map(programs.map(({ migration, source }) => [migration.file, source]));
  const storable = (file: string, notice: Notice): Notice => ({
    ...notice,
    message: storableMessage(sources.get(file), notice.message),
  });
  return new Map([...said].map(([file, notices]) => [file, notices.map((notice) => storable(file, notice))]));
}
