import { expect, test } from '@jest/globals';
import { grantsOnOwnTables } from '../../../src/core/checkpoint/own-grants.js';

const CONTEXT = { historySchema: 'shared', owner: 'me', empty: new Set<string>() };

test('only privileges are taken from a dump, and each table may be missing elsewhere', () => {
  const dump = `CREATE TABLE shared.history (id int);
    ALTER TABLE shared.history OWNER TO me;
    COMMENT ON TABLE shared.history IS 'GRANT ALL ON TABLE shared.history TO PUBLIC';
    GRANT SELECT ON TABLE shared.history TO app;
    REVOKE INSERT ON TABLE shared.history FROM me;
    GRANT UPDATE("on table x") ON TABLE "Odd, one"."a.b" TO app;`.replaceAll(/\n +/g, '\n');
  expect(grantsOnOwnTables(dump, CONTEXT)).toEqual([
    `DO $body1$BEGIN IF pg_catalog.to_regclass($body$shared.history$body$) IS NOT NULL THEN
  GRANT SELECT ON TABLE shared.history TO app;
  REVOKE INSERT ON TABLE shared.history FROM CURRENT_USER;
END IF; END$body1$;`,
    `DO $body1$BEGIN IF pg_catalog.to_regclass($body$"Odd, one"."a.b"$body$) IS NOT NULL THEN
  GRANT UPDATE("on table x") ON TABLE "Odd, one"."a.b" TO app;
END IF; END$body1$;`,
  ]);
});
