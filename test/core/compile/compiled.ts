import { compile } from '../../../src/core/compile/compile.js';
import type { NonTransactionalProgram, TransactionalProgram } from '../../../src/core/compile/program.js';
import type { Finding } from '../../../src/core/errors/finding.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { migrationFile } from '../fixtures.js';

export async function compileText(text: string, parse = parseStatements) {
  return compile(migrationFile('001_a.sql', text), parse);
}

export async function transactional(text: string, parse = parseStatements): Promise<TransactionalProgram> {
  const compiled = await compileText(text, parse);
  if ('refusals' in compiled || compiled.program.kind !== 'transactional')
    throw new Error(`not transactional: ${JSON.stringify(compiled)}`);
  return compiled.program;
}

export async function nonTransactional(text: string, parse = parseStatements): Promise<NonTransactionalProgram> {
  const compiled = await compileText(text, parse);
  if ('refusals' in compiled || compiled.program.kind !== 'non-transactional')
    throw new Error(`not non-transactional: ${JSON.stringify(compiled)}`);
  return compiled.program;
}

export async function refusals(text: string): Promise<readonly Finding[]> {
  const compiled = await compileText(text);
  return 'refusals' in compiled ? compiled.refusals : [];
}

/** As if the parser did not know the syntax, or the file were too large for it. */
export const unread = async (): Promise<undefined> => undefined;
export const notAsked = async (): Promise<never> => Promise.reject(new Error('the parser is not to be asked'));

export const statementTexts = ({ body, statements }: TransactionalProgram) =>
  statements?.map(({ start, end }) => body.slice(start, end));
