import { readAllowances, type Allowance } from '../../compile/allowances.js';
import type { Compiled } from '../../compile/compile.js';
import type { ParseStatements, Program } from '../../compile/program.js';
import type { Task } from '../../compile/task.js';
import type { Finding } from '../../errors/finding.js';
import type { Migration } from '../../migration/migration.js';
import { splitLexically } from '../../sql/statements/split.js';
import type { Statement } from '../../sql/statements/statements.js';
import type { LintStatement, Transaction } from './transaction.js';

/** A migration to lint. */
export interface LintFile {
  readonly file: string;
  /** Undefined for a file that cannot be a migration. */
  readonly migration: Migration | undefined;
  readonly compiled: Compiled;
  /** Number of steps that an earlier run finished: they are not checked. */
  readonly resumeAt: number;
}

/** What a task is about to run. */
export function lintFileOf({ program, resumeAt }: Task): LintFile {
  return { file: program.migration.file, migration: program.migration, compiled: { program }, resumeAt };
}

/** A migration with its syntax trees. */
export interface ParsedFile {
  readonly file: string;
  readonly migration: Migration | undefined;
  /** Undefined for a file that cannot run. */
  readonly program: Program | undefined;
  /** Why it cannot run. */
  readonly refusals: readonly Finding[];
  readonly allowances: readonly Allowance[];
  /** In order of execution. */
  readonly transactions: readonly Transaction[];
  /** Statements that the parser cannot read. */
  readonly unreadable: readonly Statement[];
  readonly resumeAt: number;
}

/** Parses a migration. If the parser cannot read one statement, the others are still parsed. */
export async function parseFile(given: LintFile, parse: ParseStatements): Promise<ParsedFile> {
  const { file, migration, compiled, resumeAt } = given;
  const nothing = { program: undefined, refusals: [], allowances: [], transactions: [], unreadable: [] };
  if ('refusals' in compiled) return { ...nothing, file, migration, resumeAt, refusals: compiled.refusals };
  const { program } = compiled;
  const { statements, unreadable } = await readStatements(program, parse);
  const allowances = readAllowances(program.source.sql);
  const transactions = group(program, statements);
  return { file, migration, program, refusals: [], allowances, transactions, unreadable, resumeAt };
}

interface Read {
  readonly statements: readonly LintStatement[];
  readonly unreadable: readonly Statement[];
}

async function readStatements({ source: { sql, withRows } }: Program, parse: ParseStatements): Promise<Read> {
  const whole = await parse(sql);
  if (whole) {
    const offsetOf = offsetsIn(sql, 0);
    const statements = whole.flatMap(({ node, start, end }) => (node ? [{ node, start, end, offsetOf }] : []));
    return { statements, unreadable: [] };
  }
  const statements: LintStatement[] = [];
  const unreadable: Statement[] = [];
  for (const { start, end } of splitLexically(withRows)) {
    const text = sql.slice(start, end);
    const [only, ...more] = (await parse(text)) ?? [];
    const node = more.length === 0 ? only?.node : undefined;
    if (node) statements.push({ node, start, end, offsetOf: offsetsIn(text, start) });
    else unreadable.push({ start, end });
  }
  return { statements, unreadable };
}

/** The parser counts bytes from the beginning of its input. */
function offsetsIn(text: string, from: number): (location: number) => number {
  let bytes: Buffer | undefined;
  return (location) => from + (bytes ??= Buffer.from(text)).subarray(0, location).toString().length;
}

/** Groups statements by the transaction that commits them. Steps and statements are both in order. */
function group(program: Program, statements: readonly LintStatement[]): Transaction[] {
  if (program.kind === 'transactional') return [{ isAutocommit: false, statements }];
  let next = 0;
  return program.steps.map(({ kind, wholeEnd }) => {
    const from = next;
    while (next < statements.length && (statements[next] as LintStatement).start < wholeEnd) next++;
    return { isAutocommit: kind === 'autocommit', statements: statements.slice(from, next) };
  });
}
