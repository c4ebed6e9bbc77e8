import { expect, test } from '@jest/globals';
import pg from 'pg';
import { onDatabase } from '../../../src/postgres/catalog-record/scratch/on-database.js';

test.each([
  ['postgres://app:pw@localhost:5433/db?application_name=a', 'localhost'],
  ['postgres://app:pw@/db?host=/run/postgresql&port=5433', '/run/postgresql'],
  ['postgres://app:pw@%2Frun%2Fpostgresql:5433/db', '/run/postgresql'],
  ['socket://app:pw@/run/postgresql?db=db', '/run/postgresql'],
  ['/run/postgresql db', '/run/postgresql'],
])('%s keeps everything except its database', (url, host) => {
  const [before, after] = [new pg.Client(url), new pg.Client(onDatabase(url, 'scratch'))];
  expect(after).toMatchObject({ database: 'scratch', host, port: before.port, user: before.user });
  expect(after.password).toBe(before.password);
});
