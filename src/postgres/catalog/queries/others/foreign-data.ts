import { maskedList, named, notOfExtension, role, selectObjects, type ObjectQuery } from '../object-query.js';

const IS_SUPERUSER = "current_setting('is_superuser') = 'on'";

/** Foreign-data wrappers, servers and user mappings. */
export const FOREIGN_DATA: ObjectQuery = {
  group: 'foreign data',
  selects: [
    selectObjects({
      kind: 'foreign-data wrapper',
      name: 'w.fdwname',
      properties: {
        handler: named('w.fdwhandler', 'regproc'),
        validator: named('w.fdwvalidator', 'regproc'),
        options: maskedList('w.fdwoptions'),
        owner: role('w.fdwowner'),
      },
      from: `FROM pg_catalog.pg_foreign_data_wrapper w WHERE ${notOfExtension('pg_foreign_data_wrapper', 'w.oid')}`,
    }),
    selectObjects({
      kind: 'foreign server',
      name: 'v.srvname',
      properties: {
        wrapper: 'w.fdwname',
        type: 'v.srvtype',
        version: 'v.srvversion',
        options: maskedList('v.srvoptions'),
        owner: role('v.srvowner'),
      },
      from: `FROM pg_catalog.pg_foreign_server v JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = v.srvfdw WHERE ${notOfExtension('pg_foreign_server', 'v.oid')}`,
    }),
    selectObjects({
      kind: 'user mapping',
      parent: 'm.srvname',
      name: 'm.usename',
      properties: {
        // Visible only to those who may use it: the comparison leaves it out if it is absent.
        options: `CASE WHEN m.umoptions IS NOT NULL OR ${IS_SUPERUSER} THEN coalesce(${maskedList('m.umoptions', "split_part(e, '=', 1) <> 'user'")}, 'none') END`,
      },
      from: 'FROM pg_catalog.pg_user_mappings m',
    }),
  ],
};
