import { withClient } from '../server.js';

/** Each table holds several locks until its transaction ends. */
const TABLES_AT_ONCE = 250;

/** Creates the schema `bench` with `count` tables, each with a primary key, two other indexes and a check. */
export async function createTables(connectionString: string, count: number): Promise<void> {
  await withClient(connectionString, async (client) => {
    await client.query('CREATE SCHEMA bench');
    for (let first = 1; first <= count; first += TABLES_AT_ONCE) {
      const numbers = Array.from({ length: Math.min(TABLES_AT_ONCE, count - first + 1) }, (_, i) => first + i);
      await client.query(numbers.map(tableSql).join('\n'));
    }
  });
}

function tableSql(n: number): string {
  return `
    CREATE TABLE bench.t${n} (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      customer_id bigint NOT NULL,
      status text NOT NULL DEFAULT 'new',
      amount numeric(12, 2) CHECK (amount >= 0),
      note varchar(200),
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX t${n}_customer ON bench.t${n} (customer_id, created_at);
    CREATE INDEX t${n}_open ON bench.t${n} (lower(note)) WHERE status <> 'closed';`;
}
