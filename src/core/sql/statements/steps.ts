import { mayNeedAutocommit, needsAutocommit } from './autocommit.js';
import type { Statement } from './statements.js';
import { chains, transactionControl } from './transaction-control.js';

/**
 * One step of a file that cannot run in a single transaction.
 *
 * - `transaction`: one statement that commits together with the record of its progress.
 * - `block`: the file's own `BEGIN … COMMIT`, which commits together with the record of its progress.
 * - `autocommit`: it commits by itself; its progress is recorded after it.
 */
export interface Step {
  readonly kind: 'transaction' | 'block' | 'autocommit';
  /** UTF-16 offsets of what is sent: of a block, what stands between its `BEGIN` and its `COMMIT`. */
  readonly start: number;
  readonly end: number;
  /** Of a block, the statement that opens it, with its options. */
  readonly begin: string;
  readonly statements: readonly Statement[];
}

export interface Steps {
  readonly steps: readonly Step[];
  /** Offset of a `BEGIN` that nothing ends. */
  readonly openTransactionAt: number | undefined;
}

/** Groups statements into the steps that `psql` would commit one by one. */
export function makeSteps(text: string, statements: readonly Statement[]): Steps {
  const steps: Step[] = [];
  let open: Statement[] = [];
  for (const statement of statements) {
    const control = transactionControl(statement);
    if (open.length > 0) {
      open.push(statement);
      if (control === 'commit' || (control === 'other-end' && !chains(statement))) {
        steps.push(block(text, open, control === 'commit' && !open.some(chains)));
        open = [];
      }
    } else if (control === 'begin') {
      open = [statement];
    } else {
      steps.push(single(statement, control !== 'none' || standsAlone(statement) ? 'autocommit' : 'transaction'));
    }
  }
  const last = open.at(-1);
  if (last && chains(last)) return { steps: [...steps, block(text, open, false)], openTransactionAt: undefined };
  return { steps, openTransactionAt: open[0]?.start };
}

function standsAlone({ node }: Statement): boolean {
  return node === undefined || needsAutocommit(node) || mayNeedAutocommit(node);
}

function single(statement: Statement, kind: 'transaction' | 'autocommit'): Step {
  return { kind, start: statement.start, end: statement.end, begin: 'BEGIN', statements: [statement] };
}

function block(text: string, statements: readonly Statement[], commits: boolean): Step {
  const first = statements[0] as Statement;
  const last = statements.at(-1) as Statement;
  if (!commits) return { kind: 'autocommit', start: first.start, end: last.end, begin: '', statements };
  return {
    kind: 'block',
    start: statements[1]?.start ?? first.end,
    end: last.start,
    begin: text.slice(first.start, first.end),
    statements: statements.slice(1, -1),
  };
}
