import { expect, test } from '@jest/globals';
import { renderRollouts } from '../../../../src/cli/render/tenants/render-rollouts.js';
import type { RunningRollout } from '../../../../src/migrator.js';
import type { Invocation } from '../../../../src/cli/process/invocation.js';

const typed = { program: 'nest-migrations' } as Invocation;
const rollout: RunningRollout = {
  rolloutId: '0b7c41d2',
  state: 'running',
  startedAt: new Date('2026-03-01T11:00:00Z'),
  seenAt: new Date('2026-03-01T12:00:00Z'),
  tenants: 3,
  done: 3,
  failed: 0,
  gate: undefined,
  files: 'c0ffee',
};
const gate = { wave: 1, of: 3 };
const shown = (given: Partial<RunningRollout>): string =>
  renderRollouts([{ ...rollout, ...given }], { typed, columns: undefined });

test.each<[string, Partial<RunningRollout>, string]>([
  ['that migrates tenants', {}, 'running'],
  ['that is paused', { state: 'paused' }, 'paused'],
  ['that waits at a gate', { gate }, 'at the gate after wave 1 of 3'],
  ['that is being cancelled', { state: 'cancelled' }, 'cancelled'],
  ['that was paused at a gate', { state: 'paused', gate }, 'paused, at the gate after wave 1 of 3'],
])('a rollout %s is shown with its state', (_, given, state) => {
  expect(shown(given)).toContain(`│ 0b7c41d2 │ ${state} │ 3 of 3 done`);
  expect(shown(given)).not.toContain('heartbeats');
});

test('a rollout whose process no longer sends heartbeats is shown with how to end it', () => {
  const text = shown({ state: 'lost', gate });
  expect(text).toContain('│ lost, at the gate after wave 1 of 3 │');
  expect(text).toContain(
    '\nThe process of rollout 0b7c41d2 no longer sends heartbeats. Workers still take the tenants that it put into the queue; to withdraw them, run `nest-migrations fleet cancel 0b7c41d2`.',
  );
});
