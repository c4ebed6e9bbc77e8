import { checksum as checksumOf } from './checksum.js';
import { compareMigrations, migrationOrder, type MigrationOrder } from './version.js';

/** A migration that a checkpoint stands for, as it was when the checkpoint was written. */
export interface ReplacedFile {
  readonly file: string;
  readonly checksum: string;
}

/** What the first lines of a checkpoint say. A checkpoint is a file at which an empty database starts. */
export interface Checkpoint {
  /** The last migration that it stands for. */
  readonly last: string;
  /** The migrations that it stands for, in order. */
  readonly replaces: readonly ReplacedFile[];
  /** Earlier checkpoints that it makes unnecessary. */
  readonly supersedes: readonly string[];
}

const MARK = '-- nestjs-pg-migrations checkpoint: ';
const FIRST_LINE = /^(.+) \((\d+) migrations?\)$/;
const REPLACES = /^-- replaces: ([0-9a-f]{64}) (.+)$/;
const SUPERSEDES = /^-- supersedes: (.+)$/;
const BODY = /^-- body: ([0-9a-f]{64})$/;

/** The text of a checkpoint. Its first lines also hold the checksum of the rest. */
export function withCheckpointHeader({ last, replaces, supersedes }: Checkpoint, sql: string): string {
  const body = `\n${sql}`;
  return [
    `${MARK}${last} (${replaces.length} ${replaces.length === 1 ? 'migration' : 'migrations'})`,
    ...replaces.map(({ file, checksum }) => `-- replaces: ${checksum} ${file}`),
    ...supersedes.map((file) => `-- supersedes: ${file}`),
    `-- body: ${checksumOf(body)}`,
    '-- A database without any applied migration starts here; every other database ignores this file.',
    body,
  ].join('\n');
}

/** Reads the first lines of a file: undefined if it is not a checkpoint, `invalid` if it was edited. */
export function readCheckpoint(text: string): Checkpoint | 'invalid' | undefined {
  if (!text.startsWith(MARK)) return undefined;
  const replaces: ReplacedFile[] = [];
  const supersedes: string[] = [];
  const {
    lines: [first = '', ...lines],
    rest,
  } = headOf(text);
  let written: string | undefined;
  const [, last, count] = FIRST_LINE.exec(first.slice(MARK.length)) ?? [];
  for (const line of lines) {
    const [, checksum, file] = REPLACES.exec(line) ?? [];
    const [, earlier] = SUPERSEDES.exec(line) ?? [];
    written ??= BODY.exec(line)?.[1];
    if (checksum !== undefined && file !== undefined) replaces.push({ file, checksum });
    else if (earlier !== undefined) supersedes.push(earlier);
  }
  const isWhole =
    last !== undefined &&
    replaces.length === Number(count) &&
    replaces.at(-1)?.file === last &&
    checksumOf(rest) === written;
  return isWhole ? { last, replaces, supersedes } : 'invalid';
}

/** The comment lines at the top, and the rest, which may be very long. */
function headOf(text: string): { readonly lines: readonly string[]; readonly rest: string } {
  const lines: string[] = [];
  let at = 0;
  while (text.startsWith('--', at)) {
    const end = text.indexOf('\n', at);
    if (end < 0) return { lines: [...lines, text.slice(at)], rest: '' };
    lines.push(text.slice(at, end).replace(/\r$/, ''));
    at = end + 1;
  }
  return { lines, rest: text.slice(at) };
}

/** A migration on disk. */
interface PresentFile extends ReplacedFile {
  readonly order: MigrationOrder;
}

/** Why a checkpoint no longer stands for the migrations up to its last one. */
export type CheckpointProblem = { readonly reason: 'checkpoint-changed' | 'checkpoint-late'; readonly value: string };

/** Compares a checkpoint with the files on disk. Those that it replaces may have been deleted. */
export function checkpointProblem(
  { last, replaces }: Checkpoint,
  migrations: readonly PresentFile[],
): CheckpointProblem | undefined {
  const checksums = new Map(replaces.map(({ file, checksum }) => [file, checksum]));
  const end = migrationOrder(last);
  for (const { file, order, checksum } of migrations) {
    const written = checksums.get(file);
    if (written !== undefined && written !== checksum) return { reason: 'checkpoint-changed', value: file };
    if (written === undefined && compareMigrations(order, end) < 0) return { reason: 'checkpoint-late', value: file };
  }
  return undefined;
}
