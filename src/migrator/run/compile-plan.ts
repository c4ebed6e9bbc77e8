import { RefusedError, type Refusal } from '../../core/errors/errors.js';
import type { MigrationFile } from '../../core/migration/migration-file.js';
import { compile, type Program, type TransactionalProgram } from '../../core/compile/program.js';
import { resume } from '../../core/compile/resume.js';
import type { MigrationStatus } from '../../core/status/status.js';
import type { Dependencies } from './dependencies.js';

/** Compiles what is to run. Every finding in every file is reported, not the first one. @throws RefusedError */
export async function compileAll(
  toRun: readonly MigrationStatus[],
  files: readonly MigrationFile[],
  { parse, reading }: Pick<Dependencies, 'parse' | 'reading'>,
  refusals: readonly Refusal[] = [],
): Promise<Program[]> {
  const byName = new Map(files.map((file) => [file.file, file]));
  const programs: Program[] = [];
  const found: Refusal[] = [...refusals];
  for (const { file, row } of toRun) {
    const migration = byName.get(file);
    if (!migration) continue;
    const compiled = await compile(migration, parse, reading);
    if ('refusals' in compiled) {
      found.push(...compiled.refusals);
      continue;
    }
    const resumed = resume(compiled.program, row);
    if ('reason' in resumed) found.push({ file, reason: resumed.reason });
    else programs.push({ ...resumed.program, interruptedRun: row?.state === 'running' ? row.runId : null });
  }
  if (found.length > 0) throw new RefusedError(found);
  return programs;
}

/** Refuses what cannot be part of one transaction. @throws RefusedError */
export function assertTransactional(programs: readonly Program[]): readonly TransactionalProgram[] {
  const refusals = programs.flatMap((program) =>
    program.kind === 'stepwise'
      ? [
          {
            file: program.migration.file,
            reason: `${program.reason}, and the option transaction is "all". Set it to "each", or run this file alone first`,
          },
        ]
      : [],
  );
  if (refusals.length > 0) throw new RefusedError(refusals);
  return programs as readonly TransactionalProgram[];
}
