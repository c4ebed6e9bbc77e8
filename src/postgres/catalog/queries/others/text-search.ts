import { flag, named, notOfExtension, role, selectObjects, words, type ObjectQuery } from '../object-query.js';

const inSchema = (catalog: string, namespace: string): string =>
  `FROM pg_catalog.${catalog} x JOIN covered_schema s ON s.oid = x.${namespace}`;
const nameOf = (catalog: string, namespace: string, name: string, oid: string): string =>
  `(SELECT y.${namespace}::pg_catalog.regnamespace || '.' || y.${name} FROM pg_catalog.${catalog} y WHERE y.oid = ${oid})`;

const MAPPINGS =
  "(SELECT string_agg(m.line, E'\\n' ORDER BY m.line COLLATE \"C\") FROM (SELECT k.alias || ': ' || string_agg(g.mapdict::pg_catalog.regdictionary::text, ', ' ORDER BY g.mapseqno) AS line " +
  'FROM pg_catalog.pg_ts_config_map g JOIN ts_token_type(x.cfgparser) k ON k.tokid = g.maptokentype WHERE g.mapcfg = x.oid GROUP BY k.alias) AS m)';

/** The locale. Its column is `colllocale`, before version 17 `colliculocale`, and before 15 `collcollate`. */
const LOCALE =
  "CASE WHEN x.collprovider IN ('i', 'b') THEN coalesce(to_jsonb(x) ->> 'colllocale', to_jsonb(x) ->> 'colliculocale', x.collcollate::text) END";

/** Text search objects, collations and conversions. */
export const TEXT_SEARCH: ObjectQuery = {
  group: 'text search',
  selects: [
    selectObjects({
      kind: 'text search configuration',
      schema: 's.name',
      name: 'x.cfgname',
      definition: MAPPINGS,
      properties: {
        parser: nameOf('pg_ts_parser', 'prsnamespace', 'prsname', 'x.cfgparser'),
        owner: role('x.cfgowner'),
      },
      from: `${inSchema('pg_ts_config', 'cfgnamespace')} WHERE ${notOfExtension('pg_ts_config', 'x.oid')}`,
    }),
    selectObjects({
      kind: 'text search dictionary',
      schema: 's.name',
      name: 'x.dictname',
      properties: {
        template: nameOf('pg_ts_template', 'tmplnamespace', 'tmplname', 'x.dicttemplate'),
        options: 'x.dictinitoption',
        owner: role('x.dictowner'),
      },
      from: `${inSchema('pg_ts_dict', 'dictnamespace')} WHERE ${notOfExtension('pg_ts_dict', 'x.oid')}`,
    }),
    selectObjects({
      kind: 'text search parser',
      schema: 's.name',
      name: 'x.prsname',
      properties: {
        start: 'x.prsstart',
        token: 'x.prstoken',
        end: 'x.prsend',
        headline: named('x.prsheadline', 'regproc'),
        'token types': 'x.prslextype',
      },
      from: `${inSchema('pg_ts_parser', 'prsnamespace')} WHERE ${notOfExtension('pg_ts_parser', 'x.oid')}`,
    }),
    selectObjects({
      kind: 'text search template',
      schema: 's.name',
      name: 'x.tmplname',
      properties: { init: named('x.tmplinit', 'regproc'), lexize: 'x.tmpllexize' },
      from: `${inSchema('pg_ts_template', 'tmplnamespace')} WHERE ${notOfExtension('pg_ts_template', 'x.oid')}`,
    }),
    selectObjects({
      kind: 'collation',
      schema: 's.name',
      name: 'x.collname',
      properties: {
        provider: words('x.collprovider', { c: 'libc', i: 'icu', b: 'builtin', d: 'default' }),
        locale: LOCALE,
        lc_collate: "CASE WHEN x.collprovider NOT IN ('i', 'b') THEN x.collcollate END",
        lc_ctype: "CASE WHEN x.collprovider NOT IN ('i', 'b') THEN x.collctype END",
        rules: "to_jsonb(x) ->> 'collicurules'",
        nondeterministic: flag('NOT x.collisdeterministic'),
        owner: role('x.collowner'),
      },
      from: `${inSchema('pg_collation', 'collnamespace')} WHERE ${notOfExtension('pg_collation', 'x.oid')}`,
    }),
    selectObjects({
      kind: 'conversion',
      schema: 's.name',
      name: 'x.conname',
      properties: {
        from: 'pg_encoding_to_char(x.conforencoding)',
        to: 'pg_encoding_to_char(x.contoencoding)',
        function: 'x.conproc',
        default: flag('x.condefault'),
        owner: role('x.conowner'),
      },
      from: `${inSchema('pg_conversion', 'connamespace')} WHERE ${notOfExtension('pg_conversion', 'x.oid')}`,
    }),
  ],
};
