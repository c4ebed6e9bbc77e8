import { describe, expect, test } from '@jest/globals';
import { urlOnDatabase, withoutPassword } from '../../../src/core/target/database-url.js';

describe('a connection string', () => {
  test.each([
    ['postgres://app:pw@db.example/a?sslmode=require', 'postgres://app:pw@db.example/x%2Fy?sslmode=require'],
    ['postgres://app:pw@/a?host=/run/postgresql', 'postgres://app:pw@/x%2Fy?host=/run/postgresql'],
    ['socket://app:pw@/run/postgresql?db=a', 'socket://app:pw@/run/postgresql?db=x%2Fy'],
    ['/run/postgresql a', '/run/postgresql x/y'],
  ])('for another database: %s', (before, after) => {
    expect(urlOnDatabase(before, 'x/y')).toBe(after);
  });

  test.each([
    ['postgres://app:pw@db.example/a', 'postgres://app:***@db.example/a'],
    ['postgres://app:pw@/a?host=/run/postgresql', 'postgres://app:***@/a?host=/run/postgresql'],
    ['postgres://db.example/a?user=app&password=pw', 'postgres://db.example/a?user=app&password=***'],
    ['/run/postgresql a', '/run/postgresql a'],
  ])('without its password: %s', (before, after) => {
    expect(withoutPassword(before)).toBe(after);
  });
});
