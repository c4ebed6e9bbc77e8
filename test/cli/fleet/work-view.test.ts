import { expect, test } from '@jest/globals';
import { COMMANDS } from '../../../src/cli/program.js';
import { SHARED_FLAGS } from '../../../src/cli/commands/common-flags.js';
import type { Invocation } from '../../../src/cli/process/invocation.js';
import { WorkView } from '../../../src/cli/render/tenants/work-view.js';
import { finding } from '../../../src/core/errors/finding.js';
import { CANCELLED_ELSEWHERE } from '../../../src/core/errors/run-errors.js';
import type { MigrationEvent } from '../../../src/core/events/events.js';
import type { TenantResult } from '../../../src/core/tenants/report.js';
import { InterruptedError, LockTimeoutError } from '../../../src/migrator.js';

const typed: Invocation = {
  program: 'nest-migrations',
  words: ['fleet', 'work'],
  name: 'fleet work',
  args: [],
  flags: {},
  flagsOf: (name) =>
    COMMANDS.filter((command) => command.name === name).flatMap(({ flags }) =>
      flags.map((flag) => ({ flag: flag[0], isShared: SHARED_FLAGS.includes(flag) })),
    ),
};
const view = (): WorkView => new WorkView(typed, () => 0);
const common = { target: 'app', at: new Date(), runId: 'r' } as const;

function ended(tenant: string, outcome: TenantResult['outcome'], error?: Error): MigrationEvent {
  const result: TenantResult = {
    tenant,
    group: undefined,
    outcome,
    applied: [],
    runId: 'r',
    durationMs: 1,
    ...(error && { error }),
  };
  return { type: 'worker-tenant-finished', ...common, tenant, rolloutId: '1', result };
}

test('a warning about a tenant suggests a command for this tenant', () => {
  const changed = finding('CHANGED', { subject: '003_c.sql', recorded: 'a', actual: 'b' });
  const [line] = view().note({ type: 'warning', ...common, tenant: 'birch', finding: changed });
  expect(line?.text).toContain('`nest-migrations accept 003_c.sql --tenant birch`');
});

test.each([
  ['SIGTERM', 'Tenant elm: interrupted; another worker continues with it'],
  [CANCELLED_ELSEWHERE, 'Tenant elm: interrupted, because its rollout was cancelled'],
])('a tenant that was interrupted by %s', (by, text) => {
  const error = new InterruptedError(by, [], [], 'cancelled');
  expect(view().note(ended('elm', 'interrupted', error))).toEqual([{ level: 'info', text }]);
});

test('a tenant that is tried several times counts once, with its last outcome', () => {
  const worker = view();
  const locked = new LockTimeoutError(0, undefined, 'app');
  for (const event of [ended('elm', 'failed', locked), ended('elm', 'failed', locked), ended('oak', 'failed', locked)])
    worker.note(event);
  expect(worker.json).toMatchObject({ counts: { applied: 0, failed: 2 } });
  worker.note(ended('elm', 'applied'));
  expect(worker.json).toMatchObject({ counts: { applied: 1, failed: 1 } });
});
