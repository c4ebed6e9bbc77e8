import { expect, test } from '@jest/globals';
import { fileOfSession, sessionName } from '../../../src/postgres/lock/session-name.js';

test.each([
  ['nestjs-pg-migrations', '005_x.sql', 'nestjs-pg-migrations: 005_x.sql', '005_x.sql'],
  ['', '1.sql', ': 1.sql', '1.sql'],
  ['deploy: 7', '1.sql', 'deploy: 7: 1.sql', '1.sql'],
  ['a', 'x'.repeat(80), `a: ${'x'.repeat(60)}`, 'x'.repeat(60)],
  ['a', 'ü'.repeat(40), `a: ${'ü'.repeat(30)}`, 'ü'.repeat(30)],
])('a session of %j that runs %j is called %j', (own, file, name, shown) => {
  expect(sessionName(own, file)).toBe(name);
  expect(fileOfSession(name)).toBe(shown);
});

test('a name without a file shows none', () => {
  expect(fileOfSession('psql')).toBeNull();
  expect(fileOfSession(null)).toBeNull();
});
