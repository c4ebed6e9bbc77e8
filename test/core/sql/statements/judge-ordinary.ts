import { compile } from '../../../../src/core/compile/compile.js';
import { readHeader } from '../../../../src/core/compile/header.js';
import { whyNotInTransaction } from '../../../../src/core/compile/non-transactional.js';
import { preflight } from '../../../../src/core/compile/preflight.js';
import { transactional } from '../../../../src/core/compile/transactional.js';
import { changesSessionDefaults } from '../../../../src/core/sql/statements/session-defaults.js';
import { makesReadOnly } from '../../../../src/core/sql/statements/transaction-control.js';
import { parseStatements } from '../../../../src/postgres/parser/parse-sql.js';
import { migrationFile } from '../../fixtures.js';

export const isOrdinary = (text: string): boolean => preflight('001_a.sql', text).ordinary !== undefined;

const notAsked = async (): Promise<never> => Promise.reject(new Error('an ordinary file needs no parser'));

/** What a program does, without its syntax trees. */
function essence(program: ReturnType<typeof transactional>): string {
  const { statements, sessionLock, ...rest } = program;
  const [lock, ...places] = [sessionLock, ...(statements ?? [])].map((each) => each && [each.start, each.end]);
  return JSON.stringify([rest.begin, rest.preamble, rest.body, rest.separateMessages, rest.closed, lock, places]);
}

/** Whether a text is ordinary, and whether the parser would have made the same program of it. */
type Verdict = 'not ordinary' | 'unreadable' | 'same' | 'different';

export async function judge(text: string): Promise<Verdict> {
  const { ordinary, sql, refusals } = preflight('001_a.sql', text);
  if (!ordinary || refusals.length > 0 || readHeader(sql).noTransaction) return 'not ordinary';
  const statements = await parseStatements(sql);
  if (!statements) return 'unreadable'; // the server decides
  const decides = statements.some((each) => makesReadOnly(each) || changesSessionDefaults(each));
  if (decides || whyNotInTransaction(sql, statements, { noTransaction: false }) !== undefined) return 'different';
  const compiled = await compile(migrationFile('001_a.sql', text), notAsked);
  if ('refusals' in compiled || compiled.program.kind !== 'transactional') return 'different';
  const read = { statements, areKnown: true, parsed: async () => statements, separateMessages: false, closed: true };
  return essence(compiled.program) === essence(transactional(sql, read)) ? 'same' : 'different';
}
