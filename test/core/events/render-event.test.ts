import { describe, expect, test } from '@jest/globals';
import { finding, renderFinding, type Finding } from '../../../src/core/errors/finding.js';
import type { ConnectionEvent, DriftEventBody, RunEventBody } from '../../../src/core/events/events.js';
import type { EventLine, LineLevel } from '../../../src/core/events/event-line.js';
import { renderEvent } from '../../../src/core/events/render-event.js';

type Body = RunEventBody | DriftEventBody | Omit<ConnectionEvent, 'target' | 'at' | 'runId'>;

const CONTEXT = { target: 'app/shared.t', at: new Date('2026-01-31T12:00:00Z'), runId: 'r' };
const render = (body: Body): readonly EventLine[] => renderEvent({ ...CONTEXT, ...body });

const changed = finding('CHANGED', { subject: '1_a.sql', recorded: 'a', actual: 'b' });
const missing = finding('MISSING', { subject: '2_b.sql' });
const note = finding('INDEX_BUILD_AWAITED', { subject: 'Index public.i' });
const outOfOrder = finding('RUNS_OUT_OF_ORDER', { subject: '1_a.sql' });

const holder = { pid: 7, applicationName: 'api', since: null, running: '1_a.sql', blockedBy: [], silentMs: null };
const NOTHING = { applied: [], appliedByOthers: [], alreadyApplied: 0, durationMs: 12 };
const ENDED = { error: 'what happened [INTERRUPTED]', applied: ['1_a.sql'], durationMs: 12 };

/** Every type of event must be here. */
const CASES: {
  readonly [Type in Body['type']]: readonly (readonly [
    Omit<Extract<Body, { type: Type }>, 'type'>,
    ...(readonly [LineLevel, string])[],
  ])[];
} = {
  'run-started': [[{}]],
  'run-planned': [
    [{ pending: ['1_a.sql'], alreadyApplied: 0 }, ['info', 'Applying 1 pending migration to app/shared.t']],
    [{ pending: ['1_a.sql', '2_b.sql'], alreadyApplied: 4 }, ['info', 'Applying 2 pending migrations to app/shared.t']],
  ],
  'lock-waiting': [
    [
      { waitedMs: 10_000, remainingMs: 890_000, holder },
      [
        'info',
        'Waiting for the migration lock, held by backend 7 (api), running 1_a.sql (10 s so far, up to 15 min more)',
      ],
    ],
    [
      { waitedMs: 0, remainingMs: 500, holder: undefined },
      ['info', 'Waiting for the migration lock, held by another process (0 ms so far, up to 500 ms more)'],
    ],
  ],
  'lock-acquired': [[{ waitedMs: 10 }]],
  'migration-started': [[{ file: '1_a.sql', number: 2, of: 3 }, ['debug', '2 of 3: 1_a.sql']]],
  'migration-step': [
    [{ file: '1_a.sql', step: 2, lastStep: 2, of: 5 }, ['debug', '1_a.sql: step 2 of 5']],
    [{ file: '1_a.sql', step: 2, lastStep: 4, of: 5 }, ['debug', '1_a.sql: steps 2 to 4 of 5']],
  ],
  'migration-notice': [
    [
      { file: '1_a.sql', notice: { severity: 'NOTICE', sqlstate: '42P07', message: 'relation "t" exists' } },
      ['debug', '1_a.sql: NOTICE: relation "t" exists'],
    ],
    [
      { file: '1_a.sql', notice: { severity: 'WARNING', sqlstate: '01000', message: 'careful' } },
      ['warning', '1_a.sql: WARNING: careful'],
    ],
  ],
  'migration-retry': [
    [
      { file: '1_a.sql', attempt: 2, reason: 'deadlock detected', pauseMs: 1_500 },
      ['warning', '1_a.sql was rolled back and will be tried again in 1.5 s (attempt 2): deadlock detected'],
    ],
  ],
  'connection-retry': [
    [
      { attempt: 3, reason: 'The database cannot be reached.', remainingMs: 30_000 },
      ['warning', 'The database cannot be reached. Trying again (attempt 3) for up to 30 s'],
    ],
  ],
  'migration-applied': [
    [{ file: '1_a.sql', durationMs: 12 }, ['info', 'Applied 1_a.sql in 12 ms']],
    [{ file: '1_a.sql', durationMs: undefined }, ['info', 'Applied 1_a.sql']],
  ],
  'migration-failed': [[{ file: '1_a.sql', error: 'x' }]],
  warning: [
    [{ finding: outOfOrder }, ['warning', renderFinding(outOfOrder)]],
    [{ finding: changed }, ['warning', renderFinding(changed)]],
    [{ finding: note }, ['info', renderFinding(note)]],
  ],
  'run-finished': [
    [{ ...NOTHING, alreadyApplied: 4 }, ['info', 'Database is up to date (4 applied)']],
    [{ ...NOTHING, applied: ['1_a.sql'] }, ['info', 'Applied 1 migration in 12 ms']],
    [
      { ...NOTHING, applied: ['1_a.sql', '2_b.sql'], appliedByOthers: ['3_c.sql'] },
      ['info', 'Applied 2 migrations in 12 ms; another process applied 3_c.sql'],
    ],
    [
      { ...NOTHING, appliedByOthers: ['1_a.sql', '2_b.sql'], alreadyApplied: 4 },
      ['info', 'Database is up to date (6 applied); another process applied 1_a.sql, 2_b.sql'],
    ],
  ],
  'run-failed': [[{ ...ENDED, code: 'MIGRATION_FAILED' }]],
  'run-refused': [[{ refusals: [changed], durationMs: 12 }]],
  'run-interrupted': [[{ ...ENDED, by: 'SIGTERM' }, ['warning', 'what happened [INTERRUPTED]']]],
  'drift-found': [
    [
      { findings: [changed, missing] },
      ['warning', `Drift: ${renderFinding(changed)}`],
      ['warning', `Drift: ${renderFinding(missing)}`],
    ],
  ],
  'drift-reminder': [
    [
      { findings: [{ ...changed, since: new Date('2026-01-31T12:00:00Z') }] },
      ['warning', `Drift still exists since 2026-01-31T12:00:00.000Z: ${renderFinding(changed)}`],
    ],
  ],
  'drift-resolved': [
    [
      { findings: [changed, missing], durationMs: 90_000 },
      ['info', 'Drift resolved after 90 s: 1_a.sql [CHANGED]'],
      ['info', 'Drift resolved after 90 s: 2_b.sql [MISSING]'],
    ],
  ],
  'drift-check-recovered': [[{ durationMs: 300_000 }, ['info', 'The drift check succeeded again after 5 min']]],
  'drift-check-failed': [[{ error: 'no route' }, ['warning', 'The drift check failed, so drift is unknown: no route']]],
};

describe.each(Object.keys(CASES) as Body['type'][])('%s', (type) => {
  test.each(CASES[type].map(([details, ...lines]) => ({ details, lines })))(
    'of $details reads as $lines',
    ({ details, lines }) => {
      const body = { type, ...details } as Body & { findings?: Finding[]; finding?: Finding };
      const findings = body.findings ?? [body.finding];
      expect(render(body)).toEqual(
        lines.map(([level, text], i) => ({ level, text, ...(findings[i] && { finding: findings[i] }) })),
      );
    },
  );
});

test('a warning of a tenant names the tenant, and keeps its finding', () => {
  const body = { type: 'warning', finding: changed, tenant: 'oak-hill' } as const;
  const [line, ...others] = render(body);
  expect(others).toEqual([]);
  expect(line).toMatchObject({ level: 'warning', finding: changed });
  expect(line?.text).toMatch(/^Tenant oak-hill: 1_a\.sql was changed/);
});

test.each([
  [{ delayMs: 1_800_000 }, 'for 30 min'],
  [{}, 'until it opens'],
])('a rollout that waits at a gate says how long: %o', (details, text) => {
  const at = { type: 'gate-reached', rolloutId: 'r', wave: 1, of: 3, ...details } as const;
  expect(renderEvent({ ...CONTEXT, ...at })).toEqual([
    { level: 'info', text: `Waiting at the gate after wave 1 of 3, ${text}` },
  ]);
});
