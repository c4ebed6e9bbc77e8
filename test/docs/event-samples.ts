import type { MigrationEvent, RunEventBody } from '../../src/core/events/events.js';
import { renderEvent } from '../../src/core/events/render-event.js';
import { finding } from '../../src/core/errors/finding.js';

const bodies: readonly RunEventBody[] = [
  { type: 'run-started' },
  {
    type: 'lock-waiting',
    waitedMs: 10_012,
    remainingMs: 889_988,
    holder: {
      pid: 4711,
      applicationName: 'api-7d9f',
      since: new Date('2026-01-31T03:00:00Z'),
      running: '003_a.sql',
      blockedBy: [],
      silentMs: null,
    },
  },
  { type: 'lock-acquired', waitedMs: 12_480 },
  { type: 'warning', finding: finding('RUNS_OUT_OF_ORDER', { subject: '004_coupons.sql' }) },
  { type: 'run-planned', pending: ['004_coupons.sql'], alreadyApplied: 17 },
  { type: 'migration-started', file: '004_coupons.sql', number: 1, of: 1 },
  {
    type: 'migration-retry',
    file: '004_coupons.sql',
    attempt: 2,
    reason: 'canceling statement due to lock timeout',
    pauseMs: 1_000,
  },
  {
    type: 'migration-notice',
    file: '004_coupons.sql',
    notice: { severity: 'NOTICE', sqlstate: '42P07', message: 'relation "coupons" already exists, skipping' },
  },
  { type: 'migration-applied', file: '004_coupons.sql', durationMs: 38 },
  { type: 'run-finished', applied: ['004_coupons.sql'], appliedByOthers: [], alreadyApplied: 17, durationMs: 18_620 },
];

/** The events of a run that waits, retries and finishes, as docs/events.md shows it. */
export const RUN_SAMPLE: readonly MigrationEvent[] = bodies.map((body, i) => ({
  ...body,
  runId: '6f1c2a34-0b5d-4c8e-9a7f-2d3e4f5a6b7c',
  target: 'app/shared.schema_migrations',
  at: new Date(Date.UTC(2026, 0, 31, 3, 0, i)),
}));

/** The lines of that run, with their levels. */
export const RUN_SAMPLE_TEXT = RUN_SAMPLE.flatMap(renderEvent)
  .map(({ level, text }) => `${level.padEnd('warning'.length)}  ${text}`)
  .join('\n');
