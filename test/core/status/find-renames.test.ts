import { describe, expect, test } from '@jest/globals';
import { RUNNING_MARKER, type HistoryRow } from '../../../src/core/history/history.js';
import { canonicalChecksum } from '../../../src/core/migration/checksum.js';
import type { Migration } from '../../../src/core/migration/migration.js';
import { findRenames } from '../../../src/core/status/renames.js';
import { appliedRow, bareRow, migrationFile } from '../fixtures.js';

const failed: Partial<HistoryRow> = { state: 'failed', error: 'x' };
const running: Partial<HistoryRow> = { state: 'running', error: RUNNING_MARKER };
const A = 'CREATE TABLE t (a int);';
const BEGINNING = '-- no-transaction\nINSERT INTO t VALUES (1)';
const file = (name: string, text: string): Migration => migrationFile(`${name}.sql`, text);
const nameOf = (item: { readonly file: string }): string => item.file.replace('.sql', '');
const applied = (name: string, text: string): HistoryRow => appliedRow(file(name, text));
const unfinished = (name: string, text: string, changes: Partial<HistoryRow> = failed): HistoryRow =>
  appliedRow(file(name, text), changes);
const halfApplied = (name: string, done = 1, doneText = BEGINNING): HistoryRow =>
  unfinished(name, `${BEGINNING}; VACUUM t;`, {
    ...failed,
    progress: { done, total: 2, doneChecksum: canonicalChecksum(doneText), next: null },
  });
/** It was at its first step. */
const inDoubt = (name: string, state: Partial<HistoryRow>): HistoryRow => {
  const next = { statement: 'INSERT INTO t VALUES (1)', doneChecksum: canonicalChecksum(BEGINNING) };
  return {
    ...halfApplied(name, 0, ''),
    ...state,
    progress: { done: 0, total: 2, doneChecksum: canonicalChecksum(''), next },
  };
};

describe('findRenames', () => {
  test.each<[string, HistoryRow[], Migration[], of: Record<string, string>, ambiguous: Record<string, string[]>]>([
    ['finds nothing among nothing', [], [], {}, {}],
    ['finds nothing among strangers', [applied('x', A)], [file('1', 'SELECT 1;')], {}, {}],
    ['goes by the checksum', [applied('x', A)], [file('1', A)], { '1': 'x' }, {}],
    ['goes by the canonical checksum', [applied('x', A)], [file('1', `-- a\n${A}\n`)], { '1': 'x' }, {}],
    [
      'takes the same text before a text that differs in a comment',
      [applied('x', `${A} -- x`), applied('y', A)],
      [file('1', A)],
      { '1': 'y' },
      {},
    ],
    [
      'gives a row that no file has exactly to the file that differs in a comment',
      [applied('x', `${A} -- x`), applied('y', A)],
      [file('1', A), file('2', `${A} -- 2`)],
      { '1': 'y', '2': 'x' },
      {},
    ],
    [
      'goes by the finished part of a half-applied migration, whatever became of the rest',
      [halfApplied('x')],
      [file('1', `${BEGINNING};\nSELECT 1;`)],
      { '1': 'x' },
      {},
    ],
    [
      'goes by a first step in doubt, which may have taken effect',
      [inDoubt('x', running)],
      [file('1', `${BEGINNING};\nSELECT 1;`)],
      { '1': 'x' },
      {},
    ],
    ['does not once that step has failed', [inDoubt('x', failed)], [file('1', `${BEGINNING};\nSELECT 1;`)], {}, {}],
    ['does not when that part was changed', [halfApplied('x')], [file('1', BEGINNING.replace('1', '2'))], {}, {}],
    ['does not when nothing was finished', [halfApplied('x', 0, '')], [file('1', `${BEGINNING};`)], {}, {}],
    [
      'does not once the migration is applied: then all of it counts',
      [{ ...halfApplied('x'), state: 'applied', error: null }],
      [file('1', `${BEGINNING};\nSELECT 1;`)],
      {},
      {},
    ],
    [
      'leaves two files with one content open',
      [applied('x', A)],
      [file('1', A), file('2', A)],
      {},
      { '1': ['x'], '2': ['x'] },
    ],
    [
      'leaves two rows with one content open',
      [applied('x', A), applied('y', A)],
      [file('1', A)],
      {},
      { '1': ['x', 'y'] },
    ],
    [
      'leaves two files with one finished part open',
      [halfApplied('x')],
      [file('1', `${BEGINNING};`), file('2', `${BEGINNING}; SELECT 2;`)],
      {},
      { '1': ['x'], '2': ['x'] },
    ],
    [
      'leaves a copy with another ending open, beside the file that is the same to the byte',
      [halfApplied('x')],
      [file('1', `${BEGINNING}; VACUUM t;`), file('2', `${BEGINNING}; SELECT 2;`)],
      { '1': 'x' },
      { '2': ['x'] },
    ],
    [
      'leaves two rows with one finished part open',
      [halfApplied('x'), halfApplied('y')],
      [file('1', `${BEGINNING}; SELECT 1;`)],
      {},
      { '1': ['x', 'y'] },
    ],
    [
      'leaves it at that: no third file takes over a row that is open',
      [applied('x', A)],
      [file('1', A), file('2', A), file('3', `${A} -- 3`)],
      {},
      { '1': ['x'], '2': ['x'] },
    ],
    ['sees no ambiguity where nothing was committed', [unfinished('x', A)], [file('1', A), file('2', A)], {}, {}],
    [
      'sees ambiguity where one of the rows has an effect',
      [unfinished('x', A), applied('y', A)],
      [file('1', A)],
      {},
      { '1': ['x', 'y'] },
    ],
    ['takes no file without statements', [applied('x', '-- a')], [file('1', '-- a')], {}, {}],
    ['takes no row without checksums', [bareRow('x.sql')], [file('x', A)], {}, {}],
  ])('%s', (_, rows, files, of, ambiguous) => {
    const found = findRenames(rows, files);
    expect(Object.fromEntries([...found.of].map(([to, row]) => [nameOf(to), nameOf(row)]))).toEqual(of);
    expect(Object.fromEntries([...found.ambiguous].map(([to, all]) => [nameOf(to), all.map(nameOf)]))).toEqual(
      ambiguous,
    );
  });
});
