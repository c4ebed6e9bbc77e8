import {
  flag,
  IS_OUR_EVENT_TRIGGER,
  named,
  notOfExtension,
  role,
  selectObjects,
  withoutSchema,
  words,
  type ObjectQuery,
} from '../object-query.js';

/** `name(argument types)`, without the schema. pg_get_function_identity_arguments() differs between versions. */
export const SIGNATURE = withoutSchema('p.oid::pg_catalog.regprocedure::text', 's.name::text');

const FROM_FUNCTION = 'FROM pg_catalog.pg_proc p JOIN covered_schema s ON s.oid = p.pronamespace';

/** Condition on `pg_proc p`: a user created it. Excludes the constructors of range types, and our DDL audit. */
export const STANDS_ALONE =
  `${notOfExtension('pg_proc', 'p.oid')} AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d ` +
  "WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'i') " +
  `AND NOT EXISTS (SELECT FROM pg_catalog.pg_event_trigger v WHERE v.evtfoid = p.oid AND ${IS_OUR_EVENT_TRIGGER})`;

/** Functions that are named in pg_aggregate. */
const AGGREGATE_FUNCTIONS = {
  'transition function': 'g.aggtransfn',
  'final function': 'g.aggfinalfn',
  'combine function': 'g.aggcombinefn',
  'serialization function': 'g.aggserialfn',
  'deserialization function': 'g.aggdeserialfn',
  'moving transition function': 'g.aggmtransfn',
  'moving inverse function': 'g.aggminvtransfn',
  'moving final function': 'g.aggmfinalfn',
};

/** Functions, procedures and aggregates. */
export const FUNCTIONS: ObjectQuery = {
  group: 'functions',
  selects: [
    selectObjects({
      rare: 'function',
      kind: { sql: "CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END" },
      schema: 's.name',
      name: SIGNATURE,
      definition: 'pg_get_functiondef(p.oid)',
      properties: { owner: role('p.proowner') },
      from: `${FROM_FUNCTION} WHERE p.prokind <> 'a' AND ${STANDS_ALONE}`,
    }),
    selectObjects({
      kind: 'aggregate',
      schema: 's.name',
      name: SIGNATURE,
      properties: {
        arguments: 'pg_get_function_arguments(p.oid)',
        kind: words('g.aggkind', { o: 'ordered set', h: 'hypothetical set' }),
        ...Object.fromEntries(Object.entries(AGGREGATE_FUNCTIONS).map(([name, oid]) => [name, named(oid, 'regproc')])),
        'final function reads extra arguments': flag('g.aggfinalextra'),
        'final function modifies': words('g.aggfinalmodify', { s: 'shareable', w: 'read write', r: 'read only' }),
        'moving final function reads extra arguments': flag('g.aggmfinalextra'),
        'moving final function modifies': words('g.aggmfinalmodify', {
          s: 'shareable',
          w: 'read write',
          r: 'read only',
        }),
        'sort operator': named('g.aggsortop', 'regoperator'),
        'transition type': 'format_type(g.aggtranstype, NULL)',
        'transition space': 'NULLIF(g.aggtransspace, 0)',
        'moving transition type': 'CASE WHEN g.aggmtranstype <> 0 THEN format_type(g.aggmtranstype, NULL) END',
        'moving transition space': 'NULLIF(g.aggmtransspace, 0)',
        'initial value': 'g.agginitval',
        'moving initial value': 'g.aggminitval',
        parallel: words('p.proparallel', { s: 'safe', r: 'restricted' }),
        owner: role('p.proowner'),
      },
      from: `${FROM_FUNCTION} JOIN pg_catalog.pg_aggregate g ON g.aggfnoid = p.oid WHERE ${STANDS_ALONE}`,
    }),
  ],
};
