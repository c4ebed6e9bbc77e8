import { describe, expect, test } from '@jest/globals';
import { bodyOf } from '../../../src/core/lint/syntax/node.js';
import { typeChange, typeOf, type ColumnType } from '../../../src/core/lint/syntax/types.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';

const db = useEmptyDatabase('types');

async function typeFrom(text: string): Promise<ColumnType> {
  const [cast] = (await parseStatements(`SELECT NULL::${text}`)) ?? [];
  const target = bodyOf('ResTarget', bodyOf('SelectStmt', cast?.node)?.targetList?.[0])?.val;
  const type = typeOf(bodyOf('TypeCast', target)?.typeName);
  if (!type) throw new Error(`${text} is no type`);
  return type;
}

/** What the server does with a table and an index, in a session with a time zone. */
async function changeOnServer(from: string, to: string, timeZone: string): Promise<{ table: boolean; index: boolean }> {
  return withClient(db.connectionString, async (client) => {
    await client.query(`SET timezone = '${timeZone}'; DROP TABLE IF EXISTS t; CREATE TABLE t (c ${from}, n int); INSERT INTO t (n) VALUES (1)`);
    const hasIndex = await client.query('CREATE INDEX t_c ON t (c)').then(() => true, () => false);
    const files = async () => {
      const { rows } = await client.query(`SELECT pg_relation_filenode('t') AS t, pg_relation_filenode(to_regclass('t_c')) AS i`);
      return rows[0] as { t: number; i: number | null };
    };
    const before = await files();
    await client.query(`ALTER TABLE t ALTER c TYPE ${to} USING c::${to}`);
    const after = await files();
    return { table: after.t !== before.t, index: hasIndex && after.i !== before.i };
  }); // prettier-ignore
}

const CHANGES: readonly (readonly [from: string, to: string])[] = [
  ['varchar(10)', 'varchar(20)'], ['varchar(10)', 'varchar(9)'], ['varchar(10)', 'varchar'], ['varchar', 'varchar(10)'],
  ['varchar(10)', 'text'], ['varchar', 'text'], ['text', 'varchar'], ['text', 'varchar(10)'], ['char(5)', 'char(6)'],
  ['char(5)', 'varchar(5)'], ['char(5)', 'text'], ['text', 'char(5)'], ['text', 'name'], ['text', 'text'],
  ['varchar(10)[]', 'varchar(20)[]'], ['varchar(10)[]', 'varchar(10)[]'],
  ['bit varying(5)', 'bit varying(6)'], ['bit varying(6)', 'bit varying(5)'], ['bit varying(5)', 'bit varying'], ['bit(5)', 'bit(6)'],
  ['numeric(10,2)', 'numeric(12,2)'], ['numeric(10,2)', 'numeric(9,2)'], ['numeric(10,2)', 'numeric(12,3)'], ['numeric(10,2)', 'numeric'],
  ['numeric(10)', 'numeric(12)'], ['numeric', 'numeric(10,2)'], ['numeric(10)', 'numeric(12,2)'],
  ['smallint', 'int'], ['int', 'bigint'], ['bigint', 'int'], ['int', 'text'], ['real', 'double precision'], ['int', 'numeric'],
  ['timestamp(3)', 'timestamp(6)'], ['timestamp(3)', 'timestamp'], ['timestamp', 'timestamp(6)'], ['timestamp', 'timestamp(3)'],
  ['timestamptz(0)', 'timestamptz'], ['timestamptz', 'timestamptz(0)'], ['time(0)', 'time(3)'], ['time(3)', 'time(0)'],
  ['timetz(0)', 'timetz'], ['interval(0)', 'interval'], ['interval', 'interval(0)'],
  ['timestamp', 'date'], ['date', 'timestamp'], ['cidr', 'inet'], ['inet', 'cidr'], ['json', 'jsonb'], ['uuid', 'text'],
  ['boolean', 'int'],
]; // prettier-ignore

describe('changing a type', () => {
  test.each(CHANGES)('from %s to %s does to the table what lint says', async (from, to) => {
    const change = typeChange(await typeFrom(from), await typeFrom(to));
    const { table, index } = await changeOnServer(from, to, 'Europe/Vienna');
    expect([change, table]).toEqual(table ? ['rewrite', true] : ['nothing', false]);
    expect(index && !table).toBe(false);
  });

  test.each([
    ['timestamp', 'timestamptz'],
    ['timestamptz', 'timestamp'],
    ['timestamp(3)', 'timestamptz(6)'],
  ])('from %s to %s depends on the time zone, and builds indexes again in any', async (from, to) => {
    expect(typeChange(await typeFrom(from), await typeFrom(to))).toBe('time-zone');
    expect(await changeOnServer(from, to, 'Europe/Vienna')).toEqual({ table: true, index: true });
    expect(await changeOnServer(from, to, 'UTC')).toEqual({ table: false, index: true });
  });

  test('from timestamp(6) to timestamptz(3) writes all rows in any time zone', async () => {
    expect(typeChange(await typeFrom('timestamp(6)'), await typeFrom('timestamptz(3)'))).toBe('rewrite');
    expect((await changeOnServer('timestamp(6)', 'timestamptz(3)', 'UTC')).table).toBe(true);
  });
});
