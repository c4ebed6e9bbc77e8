import type { ParseStatements } from '../../../src/core/compile/program.js';
import { compile } from '../../../src/core/compile/compile.js';
import type { Diagnostic } from '../../../src/core/lint/diagnostic.js';
import { lint } from '../../../src/core/lint/lint.js';
import type { CatalogFacts, ColumnFacts, TableFacts } from '../../../src/core/lint/model/facts.js';
import type { LintFile } from '../../../src/core/lint/model/parsed-file.js';
import type { LintSettings, RunnerSettings } from '../../../src/core/lint/settings.js';
import { typeOf } from '../../../src/core/lint/syntax/types.js';
import { bodyOf } from '../../../src/core/lint/syntax/node.js';
import type { Placeholders } from '../../../src/core/compile/placeholders.js';
import { LAYOUTS } from '../../../src/core/tools/layouts.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { inMigrationOrder, migrationFile } from '../fixtures.js';

/** What differs from a run with all defaults and without a database. */
export interface Circumstances {
  readonly settings?: Partial<LintSettings>;
  readonly runner?: Partial<RunnerSettings>;
  readonly catalog?: CatalogFacts;
  readonly placeholders?: Placeholders;
  readonly parse?: ParseStatements;
  readonly resumeAt?: number;
}

/** Lints files, by name. */
export async function linted(
  files: Readonly<Record<string, string>>,
  { settings, runner, catalog, placeholders, parse = parseStatements, resumeAt = 0 }: Circumstances = {},
): Promise<Diagnostic[]> {
  const all = inMigrationOrder(Object.entries(files).map(([file, text]) => migrationFile(file, text)));
  const given: LintFile[] = [];
  for (const migration of all)
    given.push({
      file: migration.file,
      migration,
      compiled: await compile(migration, parseStatements, { layout: LAYOUTS.plain, placeholders }),
      resumeAt,
    });
  return lint(
    given,
    { parse, tables: catalog && { read: async () => catalog }, secrets: Object.values(placeholders?.values ?? {}) },
    {
      settings: { rules: {}, largeTableRows: 100_000, ...settings },
      runner: { transaction: 'each', tableLockTimeoutMs: 5_000, defaultSchema: 'public', ...runner },
      all,
    },
  );
}

/** The names of the rules that find something in one file. */
export async function rulesFinding(text: string, circumstances?: Circumstances): Promise<string[]> {
  const found = await linted({ '001_a.sql': text }, circumstances);
  return [...new Set(found.map(({ rule }) => rule))];
}

/** A table for the catalog. @param columns name and type of each: `{ total: 'numeric(10,2)' }` */
export async function tableFacts(
  columns: Readonly<Record<string, string>> = {},
  changes: Partial<TableFacts> & { readonly column?: Partial<ColumnFacts> } = {},
): Promise<TableFacts> {
  const { column, ...others } = changes;
  const described: ColumnFacts[] = [];
  for (const [name, type] of Object.entries(columns)) {
    const [cast] = (await parseStatements(`SELECT NULL::${type}`)) ?? [];
    const [target] = bodyOf('SelectStmt', cast?.node)?.targetList ?? [];
    const parsed = typeOf(bodyOf('TypeCast', bodyOf('ResTarget', target)?.val)?.typeName);
    if (!parsed) throw new Error(`${type} is no type`);
    described.push({ name, type: parsed, notNull: false, checkedNotNull: false, unique: false, ...column });
  }
  return { kind: 'table', rows: 10, bytes: 8192, columns: described, table: undefined, ...others };
}

/** What a database says that has these tables, by name. */
export function catalogOf(tables: Readonly<Record<string, TableFacts>>, serverVersion = 150_004): CatalogFacts {
  return {
    serverVersion,
    defaultSchema: 'public',
    tables: Object.entries(tables).map(([name, facts]) => ({ name: { schema: undefined, name }, facts })),
  };
}
