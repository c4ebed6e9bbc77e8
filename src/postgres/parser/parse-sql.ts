import type { ParseStatements } from '../../core/compile/program.js';
import { locateStatements, type RawStatement, type ParsedStatement } from '../../core/sql/statements/statements.js';

/** Longer files are not parsed, in characters: 1 MB takes half a second, and 20 MB takes 1.5 GB of memory. */
const MAX_PARSED_LENGTH = 1_000_000;

interface Parser {
  loadModule(): Promise<void>;
  parseSync(text: string): { stmts?: RawStatement[] };
}

let loading: Promise<Parser> | undefined;

/** PostgreSQL's own parser, as WebAssembly. Loaded on first use, because most starts have nothing to parse. */
export const parseStatements: ParseStatements = async (
  text: string,
): Promise<readonly ParsedStatement[] | undefined> => {
  if (text.length > MAX_PARSED_LENGTH) return undefined;
  if (text.trim() === '') return []; // an error to the parser
  loading ??= load();
  const parser = await loading;
  let stmts: RawStatement[];
  try {
    ({ stmts = [] } = parser.parseSync(text));
  } catch {
    return undefined; // newer syntax or a mistake: the server decides
  }
  return locateStatements(text, stmts);
};

async function load(): Promise<Parser> {
  const module = (await import('libpg-query')) as unknown as Parser & { default?: Parser };
  const parser = module.default ?? module;
  await parser.loadModule();
  return parser;
}
