import { mayNeedAutocommit, needsAutocommit } from './autocommit.js';
import type { ParsedStatement } from './statements.js';
import { chains, makesReadOnly, transactionControl } from './transaction-control.js';

/**
 * One step of a file that cannot run in a single transaction.
 *
 * - `transaction`: one statement that commits together with the record of its progress.
 * - `block`: the file's own `BEGIN … COMMIT`, which commits together with the record of its progress.
 * - `autocommit`: one that commits by itself; its progress is recorded afterwards.
 */
export interface Step {
  readonly kind: 'transaction' | 'block' | 'autocommit';
  /** UTF-16 offsets of the text to send: for a block, the part between `BEGIN` and `COMMIT`. */
  readonly start: number;
  readonly end: number;
  /** The end of the whole step, including the `COMMIT` of a block and the rows of a `COPY … FROM stdin`. */
  readonly wholeEnd: number;
  /** The statement that opens a block, with its options. */
  readonly begin: string;
  readonly statements: readonly ParsedStatement[];
}

/** The steps of a file. */
interface Steps {
  readonly steps: readonly Step[];
  /** Offset of a `BEGIN` without an end. */
  readonly openTransactionAt: number | undefined;
}

/** Groups statements into the steps that `psql` would commit one by one. */
export function makeSteps(text: string, statements: readonly ParsedStatement[]): Steps {
  const steps: Step[] = [];
  let open: ParsedStatement[] = [];
  for (const statement of statements) {
    const control = transactionControl(statement);
    if (open.length > 0) {
      open.push(statement);
      if (control === 'commit' || (control === 'other-end' && !chains(statement))) {
        // In a READ ONLY transaction its progress could not be written.
        steps.push(block(text, open, control === 'commit' && !open.some(chains) && !open.some(makesReadOnly)));
        open = [];
      }
    } else if (control === 'begin') {
      open = [statement];
    } else {
      const alone = control !== 'none' || standsAlone(statement) || makesReadOnly(statement);
      steps.push(single(statement, alone ? 'autocommit' : 'transaction'));
    }
  }
  const last = open.at(-1);
  if (last && chains(last)) return { steps: [...steps, block(text, open, false)], openTransactionAt: undefined };
  return { steps, openTransactionAt: open[0]?.start };
}

function standsAlone({ node, copy }: ParsedStatement): boolean {
  if (copy) return false;
  return node === undefined || needsAutocommit(node) || mayNeedAutocommit(node);
}

function single(statement: ParsedStatement, kind: 'transaction' | 'autocommit'): Step {
  const { start, end, copy } = statement;
  return { kind, start, end, wholeEnd: copy?.wholeEnd ?? end, begin: 'BEGIN', statements: [statement] };
}

function block(text: string, statements: readonly ParsedStatement[], commits: boolean): Step {
  const first = statements[0] as ParsedStatement;
  const last = statements.at(-1) as ParsedStatement;
  const wholeEnd = last.end;
  if (!commits) return { kind: 'autocommit', start: first.start, end: wholeEnd, wholeEnd, begin: '', statements };
  return {
    kind: 'block',
    start: statements[1]?.start ?? first.end,
    end: last.start,
    wholeEnd,
    begin: text.slice(first.start, first.end),
    statements: statements.slice(1, -1),
  };
}
