import { expect, test } from '@jest/globals';
import { fieldsOf } from '../../../src/core/events/event-fields.js';
import type { Finding } from '../../../src/core/errors/finding.js';

const context = { target: 'app/s.t', at: new Date() };
const finding = { code: 'CHANGED', severity: 'error', subject: '001_a.sql', actual: 'secret' } as unknown as Finding;

test('the fields of an event are its plain values, and the sizes of its lists', () => {
  expect(fieldsOf({ type: 'run-planned', ...context, runId: 'x', pending: ['a', 'b'], alreadyApplied: 3 })).toEqual({
    event: 'run-planned',
    target: 'app/s.t',
    runId: 'x',
    pending: 2,
    alreadyApplied: 3,
  });
  const waiting = { type: 'lock-waiting', waitedMs: 1, remainingMs: 2, holder: undefined } as const;
  expect(fieldsOf({ ...waiting, ...context, runId: 'x' })).toEqual({
    event: 'lock-waiting',
    target: 'app/s.t',
    runId: 'x',
    waitedMs: 1,
    remainingMs: 2,
  });
});

test('a finding is identified by its code, severity and subject; its values are left out', () => {
  expect(fieldsOf({ type: 'drift-found', ...context, findings: [finding] }, finding)).toEqual({
    event: 'drift-found',
    target: 'app/s.t',
    code: 'CHANGED',
    severity: 'error',
    subject: '001_a.sql',
  });
});
