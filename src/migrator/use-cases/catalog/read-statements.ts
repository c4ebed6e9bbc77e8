import { parsedStatementsOf, type Program } from '../../../core/compile/program.js';
import type { Migration } from '../../../core/migration/migration.js';
import type { ParsedStatement } from '../../../core/sql/statements/statements.js';
import type { Compiler } from '../../../core/compile/compiler.js';
import type { Target } from '../../../core/target/target.js';

/** What migrations are compiled with. */
export interface CompiledFor {
  readonly compiler: Compiler;
  readonly database: { readonly target: Pick<Target, 'placeholders'> };
}

/** A migration and what the parser makes of it. */
export interface ReadMigration {
  readonly migration: Migration;
  readonly program: Program;
  /** Undefined if the parser cannot read the file. */
  readonly statements: readonly ParsedStatement[] | undefined;
}

/** The statements of each migration. Migrations that a run refuses are left out. */
export async function* readStatements(
  migrations: readonly Migration[],
  { compiler, database }: CompiledFor,
): AsyncGenerator<ReadMigration> {
  for (const migration of migrations) {
    const compiled = await compiler.compile(migration, database.target.placeholders);
    if ('refusals' in compiled) continue;
    const { program } = compiled;
    yield { migration, program, statements: await parsedStatementsOf(program) };
  }
}
