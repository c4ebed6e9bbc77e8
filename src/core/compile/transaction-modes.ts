import { canonicalSql } from '../sql/text/canonical.js';
import type { TransactionalProgram } from './program.js';

/** Weakest first. PostgreSQL treats the first two alike. */
const LEVELS = ['read uncommitted', 'read committed', 'repeatable read', 'serializable'] as const;
const FIRST_SNAPSHOT_LEVEL = 2;

/**
 * The statements that open one transaction for several files, with the strictest isolation level that any of them
 * requests, and with `READ WRITE` or `DEFERRABLE` if any requests it. `SET TRANSACTION SNAPSHOT` is kept unchanged.
 */
export function openTogether(programs: readonly Pick<TransactionalProgram, 'begin' | 'preamble'>[]): readonly string[] {
  const requested = programs.map(({ begin, preamble }) =>
    [begin, ...preamble].map((each) => canonicalSql(each).toLowerCase()),
  );
  const levels = requested.map((statements) => Math.max(...statements.map(levelOf)));
  const strictest = Math.max(...levels);
  // A file that requests no level gets the default, which may be stricter than READ COMMITTED.
  const named = strictest >= FIRST_SNAPSHOT_LEVEL || levels.every((level) => level >= 0);
  const any = (form: RegExp): boolean => requested.flat().some((statement) => form.test(statement));
  const modes = [
    ...(named ? [`ISOLATION LEVEL ${LEVELS[strictest]?.toUpperCase()}`] : []),
    ...(any(/\bread write\b/) ? ['READ WRITE'] : []),
    ...(any(/(?<!\bnot )\bdeferrable\b/) ? ['DEFERRABLE'] : []),
  ];
  const snapshots = programs.flatMap(({ preamble }) => preamble.filter((each) => SNAPSHOT.test(canonicalSql(each))));
  return [['BEGIN', modes.join(', ')].filter(Boolean).join(' '), ...snapshots];
}

const SNAPSHOT = /^set (?:local )?transaction snapshot\b/i;

/** Position in `LEVELS`; -1 when a statement names none. */
function levelOf(statement: string): number {
  const level = /\bisolation level (\w+(?: (?:committed|uncommitted|read))?)/.exec(statement)?.[1];
  return LEVELS.findIndex((each) => each === level);
}
