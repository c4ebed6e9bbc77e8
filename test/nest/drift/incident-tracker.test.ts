import { afterEach, expect, jest, test } from '@jest/globals';
import { finding } from '../../../src/core/errors/finding.js';
import type { IncidentStore } from '../../../src/core/status/incidents.js';
import { IncidentTracker } from '../../../src/nest/drift/incident-tracker.js';

/** No row can be written, so the process decides on its own. */
const READ_ONLY: IncidentStore = {
  claim: async () => undefined,
  withFirstSeen: async (findings) => findings,
  confirm: async () => {},
};
const HOUR_MS = 3_600_000;
const missing = finding('MISSING', { subject: '1.sql' });

afterEach(() => {
  jest.restoreAllMocks();
});

test('a clock that is set back neither delays a reminder nor makes the duration of an incident negative', async () => {
  const tracker = new IncidentTracker(READ_ONLY, 1, () => {});
  expect((await tracker.report([missing], () => false)).opened).toMatchObject([
    { code: 'MISSING', since: expect.any(Date) },
  ]);
  const wallClock = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(wallClock - HOUR_MS);
  const began = performance.now();
  while (performance.now() - began < 2); // longer than the reminder takes to be due
  expect((await tracker.report([missing], () => false)).reminders).toMatchObject([{ code: 'MISSING' }]);
  const { resolved } = await tracker.report([], () => false);
  expect(resolved).toMatchObject([{ finding: { code: 'MISSING' } }]);
  expect(resolved[0]?.durationMs).toBeGreaterThanOrEqual(1);
  expect(resolved[0]?.durationMs).toBeLessThan(HOUR_MS);
});
