import { expect, test } from '@jest/globals';
import { accessToOwnTables } from '../../../src/core/checkpoint/own-access.js';

const CONTEXT = { historySchema: 'shared', owner: 'me', empty: new Set<string>() };

test('only privileges and row level security are taken from a dump, and each table may be missing elsewhere', () => {
  const dump = `CREATE TABLE shared.history (id int);
    ALTER TABLE shared.history OWNER TO me;
    COMMENT ON TABLE shared.history IS 'GRANT ALL ON TABLE shared.history TO PUBLIC';
    ALTER TABLE ONLY shared.history FORCE ROW LEVEL SECURITY;
    ALTER TABLE ONLY shared.history ADD CONSTRAINT "ENABLE ROW LEVEL SECURITY" CHECK (true);
    CREATE POLICY "p ON a.b ""x""" ON shared.history FOR SELECT TO me, app USING (name = $$;$$);
    CREATE POLICY nothing ON shared.history;
    COMMENT ON POLICY nothing ON shared.history IS 'none';
    ALTER TABLE shared.history ENABLE ROW LEVEL SECURITY;
    ALTER TABLE "Odd, one"."a.b" ENABLE ROW LEVEL SECURITY;
    GRANT SELECT ON TABLE shared.history TO app;
    REVOKE INSERT ON TABLE shared.history FROM me;
    GRANT UPDATE("on table x") ON TABLE "Odd, one"."a.b" TO app;`.replaceAll(/\n +/g, '\n');
  expect(accessToOwnTables(dump, CONTEXT)).toEqual([
    `DO $body1$BEGIN IF pg_catalog.to_regclass($body$shared.history$body$) IS NOT NULL THEN
  ALTER TABLE ONLY shared.history FORCE ROW LEVEL SECURITY;
  CREATE POLICY "p ON a.b ""x""" ON shared.history FOR SELECT TO CURRENT_USER, app USING (name = $$;$$);
  CREATE POLICY nothing ON shared.history;
  ALTER TABLE shared.history ENABLE ROW LEVEL SECURITY;
  GRANT SELECT ON TABLE shared.history TO app;
  REVOKE INSERT ON TABLE shared.history FROM CURRENT_USER;
END IF; END$body1$;`,
    `DO $body1$BEGIN IF pg_catalog.to_regclass($body$"Odd, one"."a.b"$body$) IS NOT NULL THEN
  ALTER TABLE "Odd, one"."a.b" ENABLE ROW LEVEL SECURITY;
  GRANT UPDATE("on table x") ON TABLE "Odd, one"."a.b" TO app;
END IF; END$body1$;`,
  ]);
});
