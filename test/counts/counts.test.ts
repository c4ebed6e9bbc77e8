import { describe, expect, test } from '@jest/globals';
import { NEWEST } from '../../tools/postgres-binaries.js';
import { testIf, serverMajor } from '../support/server/since-version.js';
import { findDifferences, settle } from './compare.js';
import { measureAlone } from './counted-server.js';
import { readRecorded } from './recorded.js';

// Other versions of the server get other statements.
const testOnNewest = testIf(serverMajor() === Number(NEWEST), `recorded on PostgreSQL ${NEWEST}`);

testOnNewest('runs ask no more and no less of the server and the disk than counts.json records', async () => {
  const measured = await measureAlone();
  const differences = findDifferences(await readRecorded(), measured);
  const remedy = 'If this is meant, run "npm run counts:update" and commit test/counts/counts.json.';
  expect(differences.length > 0 ? [...differences, remedy] : []).toEqual([]);
});

const recorded = { 'a run': { statements: 10, 'bytes sent': 1_000 } };

test('an update does not change a byte count that varies only by a few digits', () => {
  const measured = { 'a run': { statements: 9, 'bytes sent': 1_001 }, 'another run': { 'bytes sent': 7 } };
  expect(settle(recorded, measured)).toEqual({
    'a run': { statements: 9, 'bytes sent': 1_000 },
    'another run': { 'bytes sent': 7 },
  });
});

describe('a count', () => {
  test.each([
    ['that is as recorded is fine', { 'a run': { statements: 10, 'bytes sent': 1_000 } }, []],
    ['that is higher is not', { 'a run': { statements: 11, 'bytes sent': 1_000 } }, ['statements 11, recorded 10']],
    ['that is lower is not', { 'a run': { statements: 9, 'bytes sent': 1_000 } }, ['statements 9, recorded 10']],
    ['of bytes may vary by some digits', { 'a run': { statements: 10, 'bytes sent': 1_030 } }, []],
    [
      'of bytes may not vary by more',
      { 'a run': { statements: 10, 'bytes sent': 1_050 } },
      ['bytes sent 1050, recorded 1000'],
    ],
    ['that is missing is not fine', { 'a run': { statements: 10 } }, ['bytes sent not measured, recorded 1000']],
    [
      'that is new is not fine',
      { 'a run': { ...recorded['a run'], connections: 1 } },
      ['connections 1, recorded not at all'],
    ],
  ])('%s', (_name, measured, differences) => {
    expect(findDifferences(recorded, measured)).toEqual(differences.map((line) => `a run: ${line}`));
  });
});
