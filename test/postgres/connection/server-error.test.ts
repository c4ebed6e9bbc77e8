import { expect, test } from '@jest/globals';
import { connectError, queryError } from '../../../src/postgres/connection/server-error.js';
import { expectNoSecret } from './secrets.js';

const URL = 'postgres://me:hunter2@db/app';
const serverError = (code: string): Error =>
  Object.assign(new Error(`syntax error at "${URL}"`), {
    code,
    severity: 'ERROR',
    detail: `PASSWORD 'hunter2'`,
    hint: 'password=hunter2',
    where: `SQL statement "ALTER ROLE a PASSWORD 'hunter2'"`,
    internalQuery: `ALTER ROLE a PASSWORD 'hunter2'`,
  });

test.each([
  ['an error of the server', queryError('reading the history', serverError('42601'))],
  ['a lost connection', queryError('reading the history', serverError('57P01'))],
  ['a connection that was refused', connectError(serverError('28000'))],
  ['a server that is not reached', connectError(serverError('57P03'))],
])('%s is reported without passwords', (_, error) => {
  expectNoSecret(error);
  expect(error.message).toContain('syntax error at "postgres://me:***@db/app"');
});
