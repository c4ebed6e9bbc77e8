import type { ParseStatements } from '../../core/compile/program.js';
import { locateStatements, type RawStatement, type Statement } from '../../core/sql/statements/statements.js';

/** Characters above which a file is not parsed: at 1 MB the parser takes half a second, at 20 MB 1.5 GB of memory. */
const LARGEST_PARSED = 1_000_000;

interface Parser {
  loadModule(): Promise<void>;
  parseSync(text: string): { stmts?: RawStatement[] };
}

let loading: Promise<Parser> | undefined;

/** PostgreSQL's own parser, as WebAssembly. It is loaded at the first use only: most starts have nothing to parse. */
export const parseStatements: ParseStatements = async (text: string): Promise<readonly Statement[] | undefined> => {
  if (text.length > LARGEST_PARSED) return undefined;
  if (text.trim() === '') return []; // the parser calls this an error
  loading ??= load();
  const parser = await loading;
  let stmts: RawStatement[];
  try {
    ({ stmts = [] } = parser.parseSync(text));
  } catch {
    return undefined; // newer syntax or a mistake: the server judges
  }
  return locateStatements(text, stmts);
};

async function load(): Promise<Parser> {
  const module = (await import('libpg-query')) as unknown as Parser & { default?: Parser };
  const parser = module.default ?? module;
  await parser.loadModule();
  return parser;
}
