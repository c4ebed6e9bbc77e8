import { describeProblem } from '../../core/errors/files/file-problems.js';
import { inApi } from '../../core/errors/remedy.js';
import type { StatusReport } from '../../migrator/use-cases/status.js';
import { withFlags } from '../process/option-flags.js';

/** The status as JSON. Its shape is stable. */
export function statusToJson({ migrations, summary }: StatusReport): object {
  return {
    migrations: migrations.map(({ file, state, row, migration, problem }) => ({
      file,
      state,
      appliedAt: row?.state === 'applied' ? (row.executedAt?.toISOString() ?? null) : null,
      durationMs: row?.durationMs ?? null,
      checksum: row?.checksum ?? migration?.checksum ?? null,
      error: problem ? withFlags(describeProblem(problem, inApi)) : (row?.error ?? null),
    })),
    summary,
  };
}
