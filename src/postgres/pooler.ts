import { RefusedError, type Refusal } from '../core/errors.js';
import type { Program } from '../core/program.js';
import { locateInFile } from '../core/source-text.js';
import { firstSessionStep } from '../core/sql/session-state.js';

/** @throws RefusedError for files that run in steps and need one session for all of them. */
export function refuseSessionState(programs: readonly Program[]): void {
  const refusals = programs.flatMap((program): Refusal[] => {
    const step = program.kind === 'stepwise' ? firstSessionStep(program.steps) : undefined;
    if (!step) return [];
    const { line, column } = locateInFile(program.migration, program.source, step.start);
    return [{ file: program.migration.file, line, column, reason: ONE_SESSION }];
  });
  if (refusals.length > 0) throw new RefusedError(refusals);
}

const ONE_SESSION =
  'this is for the session, the file runs in steps, and a pooler in transaction mode gives each step another session. ' +
  'Give the option migrateWith a direct connection';
