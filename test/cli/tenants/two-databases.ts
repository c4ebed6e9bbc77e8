import { beforeEach } from '@jest/globals';
import type { TestDatabase } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { useSchools, type Schools } from './schools.js';

/** A database that cannot be reached. */
export const NOWHERE = 'postgresql://127.0.0.1:1/nowhere';

/** Schools in two databases, and two that cannot be reached. */
interface TwoDatabases extends Schools {
  /** The database of the school `oak`. */
  readonly other: TestDatabase;
  /** Lists these schools instead. */
  readonly list: (...tenants: object[]) => Promise<void>;
  readonly oak: () => object;
}

/** The schools `elm` in the schema `elm`, `oak` with a database of its own, and `fir` and `yew`, which cannot be reached. */
export function useTwoDatabases(name: string): TwoDatabases {
  const schools = useSchools(name);
  const other = useEmptyDatabase(`${name}_other`);
  const list: TwoDatabases['list'] = (...tenants) =>
    schools.write({ 'migrations.config.json': JSON.stringify({ tenants: { directory: 'schools', list: tenants } }) });
  const oak = (): object => ({ name: 'oak', connectionString: other.connectionString });
  beforeEach(async () => {
    await schools.open('elm');
    await schools.write({ 'schools/002_b.sql': 'CREATE TABLE b (id int);' });
    await list(
      { name: 'elm', schema: 'elm', group: 'near' },
      ...['fir', 'yew'].map((each) => ({ name: each, schema: each, connectionString: NOWHERE })),
      { ...oak(), group: 'near' },
    );
  });
  return { ...schools, other, list, oak };
}
