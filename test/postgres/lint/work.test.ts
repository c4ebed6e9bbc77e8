import { beforeEach, describe, expect, test } from '@jest/globals';
import { EXAMPLE_SCHEMA } from '../../../src/core/lint/model/example-schema.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { testSince } from '../../support/server/since-version.js';

const db = useEmptyDatabase('work');

beforeEach(() =>
  db.query(`${EXAMPLE_SCHEMA}
    INSERT INTO customers SELECT n, 'a', n FROM generate_series(1, 5) n;
    INSERT INTO orders SELECT n, 1, 'open', 1, now() FROM generate_series(1, 5) n;
    CREATE UNIQUE INDEX orders_customer ON orders (customer_id, id);
    ALTER TABLE orders ADD CONSTRAINT present CHECK (status IS NOT NULL)`),
);

/** What the server says that it does with rows: it logs that at the level DEBUG1. */
async function workOf(sql: string): Promise<string[]> {
  return withClient(db.connectionString, async (client) => {
    const notices: string[] = [];
    client.on('notice', ({ message }) => notices.push(message ?? ''));
    await client.query('BEGIN; SET client_min_messages = debug1');
    await client.query(sql);
    const work = notices.flatMap((notice) => /^(?:rewriting|verifying) table|^validating foreign key|^building index/.exec(notice) ?? []);
    return [...new Set(work)].toSorted();
  }); // prettier-ignore
}

const alter = (actions: string): string => `ALTER TABLE orders ${actions}`;
const nothing: string[] = [];
const rewriting = ['building index', 'rewriting table']; // all indexes of the table

describe('what lint says of the work that a statement does is what the server does', () => {
  test.each<[string, string[]]>([
    [alter('ADD COLUMN a int NOT NULL DEFAULT 5'), nothing],
    [alter('ADD COLUMN a timestamptz DEFAULT now()'), nothing],
    [alter('ADD COLUMN a uuid DEFAULT gen_random_uuid()'), rewriting],
    [alter('ADD COLUMN a timestamptz DEFAULT clock_timestamp()'), rewriting],
    [alter('ADD COLUMN a serial'), rewriting],
    [alter('ADD COLUMN a int GENERATED ALWAYS AS IDENTITY'), rewriting],
    [alter('ADD COLUMN a numeric GENERATED ALWAYS AS (total * 2) STORED'), rewriting],
    [alter('ADD COLUMN a int REFERENCES customers'), nothing],
    [alter('ADD COLUMN a int DEFAULT NULL REFERENCES customers'), ['validating foreign key']],
    [alter('ADD COLUMN a int DEFAULT 1 REFERENCES customers'), ['validating foreign key']],
    [alter('ADD FOREIGN KEY (customer_id) REFERENCES customers'), ['validating foreign key']],
    [alter('ADD FOREIGN KEY (customer_id) REFERENCES customers NOT VALID'), nothing],
    [alter('ADD CHECK (total > 0)'), ['verifying table']],
    [alter('ADD CHECK (total > 0) NOT VALID'), nothing],
    [alter('ADD COLUMN a int CHECK (a > 0)'), ['verifying table']],
    [alter('ALTER customer_id SET NOT NULL'), ['verifying table']],
    [alter('ALTER status SET NOT NULL'), nothing],
    [alter('ALTER id SET NOT NULL'), nothing],
    [alter('ADD CONSTRAINT u UNIQUE (customer_id, id)'), ['building index']],
    [alter('ADD CONSTRAINT u UNIQUE USING INDEX orders_customer'), nothing],
    [alter('DROP CONSTRAINT orders_pkey, ADD PRIMARY KEY USING INDEX orders_customer'), ['verifying table']],
    [alter('DROP COLUMN status'), nothing],
  ])('%s', async (sql, work) => {
    expect(await workOf(sql)).toEqual(work);
  });

  testSince(18, 'virtual columns')('a virtual column', async () => {
    expect(await workOf(alter('ADD COLUMN a numeric GENERATED ALWAYS AS (total * 2)'))).toEqual(nothing);
  });

  testSince(18, 'NOT NULL … NOT VALID')('a NOT NULL constraint', async () => {
    expect(await workOf(alter('ADD CONSTRAINT n NOT NULL customer_id'))).toEqual(['verifying table']);
    expect(await workOf(alter('ADD CONSTRAINT n NOT NULL customer_id NOT VALID'))).toEqual(nothing);
  });

  testSince(18, 'constraints that are not enforced')('a check that is not enforced', async () => {
    expect(await workOf(alter('ADD CHECK (total > 0) NOT ENFORCED'))).toEqual(nothing);
  });
});
