import type { StatusReport } from '../../migrator/use-cases/status.js';

/** The status for programs. Its shape is stable. */
export function statusToJson({ migrations, summary }: StatusReport): object {
  return {
    migrations: migrations.map(({ file, state, row, migration, problem }) => ({
      file,
      state,
      appliedAt: row?.state === 'applied' ? (row.executedAt?.toISOString() ?? null) : null,
      durationMs: row?.durationMs ?? null,
      checksum: row?.checksum ?? migration?.checksum ?? null,
      error: problem ?? row?.error ?? null,
    })),
    summary,
  };
}
