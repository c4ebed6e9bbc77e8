import { describe, expect, test } from '@jest/globals';
import {
  finding,
  findingKey,
  FINDINGS,
  renderFinding,
  type FindingCode,
  type FindingDetails,
  type Severity,
} from '../../../src/core/errors/finding.js';

const CODES = Object.keys(FINDINGS) as FindingCode[];

/** Every value there is. */
const FULL: FindingDetails = {
  subject: '1_a.sql',
  line: 3,
  column: 4,
  reason: 'no-number',
  layouts: ['flyway'],
  steps: { done: 1, total: 2 },
  detail: 'DETAIL',
  recorded: 'OLD',
  actual: 'NEW',
  comparedWith: { tenant: 'oak-hill', same: 3, of: 4 },
};

describe('every finding', () => {
  test.each(CODES)('%s reads as place, problem, way out and code', (code) => {
    const found = finding(code, FULL);
    const text = renderFinding(found);
    expect(found).toEqual({
      code,
      severity: FINDINGS[code].severity,
      ...FULL,
      remedy: found.remedy,
      remedies: found.remedies,
    });
    expect(text).toMatch(/^1_a\.sql:3:4 [a-z]/);
    expect(text).toMatch(/[.?;] \[[A-Z_]+\]$/);
    expect(text.endsWith(found.remedy === '' ? `. [${code}]` : `. ${found.remedy} [${code}]`)).toBe(true);
    expect(text).not.toMatch(/undefined|null|\n| {2}|\.\./);
  });

  test.each(CODES)('%s is plain data', (code) => {
    const found = finding(code, FULL);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  test('that is an error says what to do', () => {
    const silent = CODES.filter((code) => FINDINGS[code].severity === 'error' && finding(code, FULL).remedy === '');
    expect(silent).toEqual([]);
  });
});

describe('a finding', () => {
  test.each<[FindingCode, Severity, FindingDetails, string]>([
    [
      'CHANGED',
      'error',
      { subject: '1_a.sql', recorded: 'a1b2c3d4e5', actual: 'f1e2d3c4b5' },
      '1_a.sql was changed after it was applied: checksum recorded a1b2c3d4…, on disk f1e2d3c4…. ' +
        "Restore the file and put the change into a new migration; or, if the edit is intended, adopt it with accept({ file: '1_a.sql' }). [CHANGED]",
    ],
    [
      'CHANGED',
      'error',
      { subject: '1_a.sql', recorded: null, actual: 'f1e2d3c4b5' },
      '1_a.sql was changed after it was applied: checksum recorded none, on disk f1e2d3c4…. ' +
        "Restore the file and put the change into a new migration; or, if the edit is intended, adopt it with accept({ file: '1_a.sql' }). [CHANGED]",
    ],
    [
      'RENAMED_UNFINISHED',
      'note',
      { subject: '2_b.sql', recorded: '1_a.sql' },
      '2_b.sql is the unfinished migration 1_a.sql under another name; the next run continues it. [RENAMED_UNFINISHED]',
    ],
    [
      'MISSING',
      'error',
      { subject: "1_it's.sql" },
      "1_it's.sql was applied, but its file is gone. Restore the file from version control; " +
        String.raw`or, if it was deleted on purpose, remove its row with unmark('1_it\'s.sql'). [MISSING]`,
    ],
    [
      'META_COMMAND',
      'error',
      { subject: '1_a.sql', line: 5, column: 2, detail: String.raw`\gexec` },
      String.raw`1_a.sql:5:2 uses the psql meta-command \gexec, which only psql understands. ` +
        'Remove it, or write what it does as SQL. [META_COMMAND]',
    ],
    [
      'META_COMMAND',
      'error',
      { subject: '1_a.sql', line: 5, detail: String.raw`\q` },
      String.raw`1_a.sql:5:1 uses the psql meta-command \q, which only psql understands. ` +
        'Remove it, or write what it does as SQL. [META_COMMAND]',
    ],
    [
      'UNKNOWN_DIRECTIVE',
      'error',
      { subject: '1_a.sql', line: 1, column: 1, detail: '-- lock-timeuot', actual: '-- lock-timeout: 30s' },
      '1_a.sql:1:1 has the unknown directive "-- lock-timeuot". Did you mean "-- lock-timeout: 30s"? [UNKNOWN_DIRECTIVE]',
    ],
    [
      'STEP_IN_DOUBT',
      'error',
      { subject: '1_a.sql', detail: 'VACUUM t' },
      '1_a.sql was interrupted during the statement "VACUUM t", which commits by itself, and nothing shows whether it took effect. ' +
        "Check the database for that statement. If it took effect, continue after it with resolve('1_a.sql', 'done'); " +
        "if it did not, execute it again with resolve('1_a.sql', 'again'). Then run again. [STEP_IN_DOUBT]",
    ],
    [
      'RUNS_OUT_OF_ORDER',
      'warning',
      { subject: '1_a.sql' },
      '1_a.sql runs out of order: newer migrations have been applied already. [RUNS_OUT_OF_ORDER]',
    ],
  ])('%s (%s) of %j', (code, severity, details, text) => {
    const found = finding(code, details);
    expect(found.severity).toBe(severity);
    expect(renderFinding(found)).toBe(text);
  });

  test.each<[FindingCode]>([['NOT_TRANSACTIONAL'], ['CATALOG_NOT_RECORDED'], ['UNUSABLE_FILE']])(
    '%s is rendered with the code of a reason that only another release knows',
    (code) => {
      const reason = 'toString' as FindingDetails['reason']; // also the name of a method
      expect(renderFinding(finding(code, { subject: '1_a.sql', ...(reason && { reason }) }))).toContain(': toString.');
    },
  );

  test.each<[string, Partial<FindingDetails>, boolean]>([
    ['the same', {}, true],
    ['the same elsewhere in the file', { line: 9, column: 1 }, true],
    ['one of another file', { subject: '2_b.sql' }, false],
    ['one of another detail', { detail: 'b' }, false],
    ['one with another reason', { reason: 'declared' }, false],
    ['one of another number of steps', { steps: { done: 1, total: 2 } }, false],
    ['one about other names', { names: ['b'] }, false],
    ['one of another recorded value', { recorded: 'b' }, false],
    ['one of another value on disk', { actual: 'b' }, false],
  ])('is compared with %s', (_, changes, same) => {
    const details: FindingDetails = { subject: '1_a.sql', line: 1, detail: 'a', recorded: 'a', actual: 'a' };
    const key = findingKey(finding('CHANGED', details));
    expect(findingKey(finding('CHANGED', { ...details, ...changes })) === key).toBe(same);
    expect(findingKey(finding('COSMETIC', { ...details, ...changes }))).not.toBe(key);
  });
});
