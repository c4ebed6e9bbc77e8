import { describe, expect, test } from '@jest/globals';
import type { History, HistoryRow } from '../../../src/core/history/history.js';
import { fingerprintOf, type KnownRows, type OrdinaryRows } from '../../../src/core/history/ordinary-rows.js';
import { RememberedRows } from '../../../src/core/history/remembered-rows.js';
import { appliedRow, history, migrationFile, setOf } from '../fixtures.js';

const [a, b, c] = ['1_a.sql', '2_b.sql', '3_c.sql'].map((file) => migrationFile(file)) as [never, never, never];
const SET = setOf([a, b]);

const ordinaryOf = (rows: readonly HistoryRow[], others: readonly HistoryRow[] = []): OrdinaryRows => ({
  count: rows.length,
  fingerprint: fingerprintOf(rows.map(({ file, checksum }) => ({ file, checksum: checksum ?? '' }))),
  others: others.map(({ file }) => file),
});

/** A table with ordinary rows and others, and whether the ordinary ones had to be sent at each read. */
function tableOf(rows: readonly HistoryRow[], others: readonly HistoryRow[] = []) {
  const sent: boolean[] = [];
  const read = async (known: KnownRows): Promise<History> => {
    const found = await known(ordinaryOf(rows, others));
    sent.push(!found);
    return history(...(found ?? rows.map((row) => ({ ...row }))), ...others);
  };
  return { read, sent };
}

describe('ordinary rows', () => {
  test('that recorded the files are never sent, and are the same objects each time', async () => {
    const { read, sent } = tableOf([appliedRow(a), appliedRow(b)]);
    const remembered = new RememberedRows();
    const [first, second] = [await remembered.read(SET, read), await remembered.read(SET, read)];
    expect(sent).toEqual([false, false]);
    expect(first.rows.map(({ file }) => file)).toEqual(['1_a.sql', '2_b.sql']);
    expect(second.rows.map((row, i) => row === first.rows[i])).toEqual([true, true]);
  });

  test('that did not are sent once, and are then the same objects each time', async () => {
    const failed = appliedRow(b, { state: 'failed', error: 'x' });
    const { read, sent } = tableOf([appliedRow(a), appliedRow(c)], [failed]);
    const remembered = new RememberedRows();
    const reads = [
      await remembered.read(SET, read),
      await remembered.read(SET, read),
      await remembered.read(SET, read),
    ];
    expect(sent).toEqual([true, false, false]);
    for (const { rows } of reads)
      expect(rows.map(({ file, origin }) => [file, origin])).toEqual([
        ['1_a.sql', 'migrate'],
        ['3_c.sql', 'migrate'],
        ['2_b.sql', 'migrate'],
      ]);
    expect(reads[2]?.rows[1]).toBe(reads[1]?.rows[1]);
  });

  test('that were made from the files of a set are not taken for those of another set', async () => {
    const { read, sent } = tableOf([appliedRow(a), appliedRow(b)]);
    const remembered = new RememberedRows();
    await remembered.read(SET, read);
    const edited = setOf([a, migrationFile('2_b.sql', 'SELECT 2 -- edited')]);
    const { rows } = await remembered.read(edited, read);
    expect(sent).toEqual([false, true]);
    expect(rows[1]?.canonicalChecksum).toEqual(appliedRow(b).canonicalChecksum);
    await remembered.read(SET, read);
    expect(sent).toEqual([false, true, false]);
  });

  test('that have changed since are sent again', async () => {
    const remembered = new RememberedRows();
    const [before, after] = [tableOf([appliedRow(a), appliedRow(c)]), tableOf([appliedRow(c)])];
    await remembered.read(SET, before.read);
    expect((await remembered.read(SET, after.read)).rows.map(({ file }) => file)).toEqual(['3_c.sql']);
    expect(after.sent).toEqual([true]);
  });

  test('that changed between the description and the rows are not remembered', async () => {
    const remembered = new RememberedRows();
    const described = ordinaryOf([appliedRow(a), appliedRow(c)]);
    const changed = appliedRow(c, { checksum: 'f'.repeat(64) });
    let found: unknown;
    const read = (row: HistoryRow) => async (known: KnownRows) => {
      found = await known(described);
      return history(appliedRow(a), row);
    };
    await remembered.read(SET, read(changed));
    await remembered.read(SET, read(appliedRow(c)));
    expect(found).toBeUndefined();
    await remembered.read(SET, read(appliedRow(c)));
    expect(found).toMatchObject([{ file: '1_a.sql' }, { file: '3_c.sql' }]);
  });
});
