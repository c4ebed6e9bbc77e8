import { maskedSetting, role, selectObjects, type ObjectQuery } from '../object-query.js';

const THIS_DATABASE = '(SELECT b.oid FROM pg_catalog.pg_database b WHERE b.datname = current_database())';

/** Settings of the database, and of roles that own objects or have privileges in it; and the owner and connection limit. */
export const SETTINGS: ObjectQuery = {
  group: 'settings',
  selects: [
    selectObjects({
      kind: 'setting',
      name:
        "split_part(e.setting, '=', 1) || CASE WHEN v.setrole <> 0 THEN ' of role ' || " +
        `${role('v.setrole')} ELSE '' END || CASE WHEN v.setdatabase <> 0 THEN ' in this database' ELSE '' END`,
      definition: maskedSetting('e.setting'),
      from:
        `FROM pg_catalog.pg_db_role_setting v CROSS JOIN unnest(v.setconfig) AS e (setting) WHERE v.setdatabase = ${THIS_DATABASE} ` +
        `OR v.setdatabase = 0 AND v.setrole IN (SELECT d.refobjid FROM pg_catalog.pg_shdepend d WHERE d.dbid = ${THIS_DATABASE} ` +
        "AND d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass)",
    }),
    selectObjects({
      kind: 'database',
      name: "'this'",
      properties: { owner: role('b.datdba'), 'connection limit': 'NULLIF(b.datconnlimit, -1)' },
      from: 'FROM pg_catalog.pg_database b WHERE b.datname = current_database()',
    }),
  ],
};
