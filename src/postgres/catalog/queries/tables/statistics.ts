import { notOfExtension, role, selectObjects, type ObjectQuery } from '../object-query.js';

/** Extended statistics objects. Their schema may differ from that of their table. */
export const STATISTICS: ObjectQuery = {
  group: 'statistics',
  selects: [
    selectObjects({
      kind: 'statistics',
      schema: 's.name',
      name: 'x.stxname',
      definition: 'pg_get_statisticsobjdef(x.oid)',
      properties: { target: 'NULLIF(x.stxstattarget, -1)', owner: role('x.stxowner') },
      from:
        'FROM pg_catalog.pg_statistic_ext x JOIN covered_schema s ON s.oid = x.stxnamespace JOIN relation r ON r.oid = x.stxrelid ' +
        `WHERE ${notOfExtension('pg_statistic_ext', 'x.oid')}`,
    }),
  ],
};
