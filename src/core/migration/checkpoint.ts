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

const MARK = '-- checkpoint: ';
const FIRST_LINE = /^(.+) \((\d+) migrations?\)$/;
const REPLACES = /^-- replaces: ([0-9a-f]{64}) (.+)$/;
const SUPERSEDES = /^-- supersedes: (.+)$/;

/** The first lines of a checkpoint. */
export function checkpointHeader({ last, replaces, supersedes }: Checkpoint): string {
  return [
    `${MARK}${last} (${replaces.length} ${replaces.length === 1 ? 'migration' : 'migrations'})`,
    ...replaces.map(({ file, checksum }) => `-- replaces: ${checksum} ${file}`),
    ...supersedes.map((file) => `-- supersedes: ${file}`),
    '-- A database without any applied migration starts here; every other database ignores this file.',
    '',
  ].join('\n');
}

/** Reads the first lines of a file: undefined if it is not a checkpoint, `invalid` if they were edited. */
export function readCheckpoint(text: string): Checkpoint | 'invalid' | undefined {
  if (!text.startsWith(MARK)) return undefined;
  const replaces: ReplacedFile[] = [];
  const supersedes: string[] = [];
  const [first = '', ...lines] = headLines(text);
  const [, last, count] = FIRST_LINE.exec(first.slice(MARK.length)) ?? [];
  for (const line of lines) {
    const [, checksum, file] = REPLACES.exec(line) ?? [];
    const [, earlier] = SUPERSEDES.exec(line) ?? [];
    if (checksum !== undefined && file !== undefined) replaces.push({ file, checksum });
    else if (earlier !== undefined) supersedes.push(earlier);
  }
  const isWhole = last !== undefined && replaces.length === Number(count) && replaces.at(-1)?.file === last;
  return isWhole ? { last, replaces, supersedes } : 'invalid';
}

/** The comment lines at the top. The rest may be very long. */
function headLines(text: string): string[] {
  const lines: string[] = [];
  for (let at = 0; text.startsWith('--', at);) {
    const end = text.indexOf('\n', at);
    if (end < 0) return [...lines, text.slice(at)];
    lines.push(text.slice(at, end).replace(/\r$/, ''));
    at = end + 1;
  }
  return lines;
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
