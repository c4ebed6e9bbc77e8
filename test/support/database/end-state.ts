import type pg from 'pg';
import { withClient } from './database.js';

/** Schema, settings and rows of a database, as sorted lines that two databases can be compared by. */
export interface EndState {
  readonly schema: readonly string[];
  readonly rows: Readonly<Record<string, readonly unknown[]>>;
}

const IN_USER_SCHEMA = `n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'shared')`;

/**
 * Each gives lines of text. The history's schema is left out, and what only one server or one moment has (OIDs, numbers
 * of transactions).
 */
const SCHEMA_QUERIES = [
  `SELECT format('schema %s owner %s acl %s', n.nspname, pg_get_userbyid(n.nspowner), n.nspacl) FROM pg_namespace n WHERE ${IN_USER_SCHEMA}`,
  `SELECT format('relation %s.%s kind %s persistence %s owner %s acl %s options %s rls %s %s replica %s tablespace %s partition %s of %s populated %s method %s',
          n.nspname, c.relname, c.relkind, c.relpersistence, pg_get_userbyid(c.relowner), c.relacl, c.reloptions, c.relrowsecurity, c.relforcerowsecurity,
          c.relreplident, s.spcname, pg_get_expr(c.relpartbound, c.oid), i.inhparent::regclass || ' ' || (to_jsonb(i) ->> 'inhdetachpending'), c.relispopulated, a.amname)
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
     LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_am a ON a.oid = c.relam WHERE ${IN_USER_SCHEMA}`,
  `SELECT format('column %s.%s %s.%s type %s collation %s not null %s default %s identity %s generated %s statistics %s acl %s', n.nspname, c.relname, a.attnum, a.attname,
          format_type(a.atttypid, a.atttypmod), a.attcollation::regcollation, a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
          nullif(a.attstattarget, -1), a.attacl)
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND ${IN_USER_SCHEMA}`,
  `SELECT format('index %s valid %s ready %s live %s clustered %s primary %s', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, i.indislive, i.indisclustered, i.indisprimary)
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${IN_USER_SCHEMA}`,
  `SELECT format('constraint %s on %s.%s: %s validated %s deferrable %s deferred %s', k.conname, n.nspname, coalesce(k.conrelid::regclass::text, k.contypid::regtype::text),
          pg_get_constraintdef(k.oid), k.convalidated, k.condeferrable, k.condeferred) FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${IN_USER_SCHEMA}`,
  `SELECT format('function %s owner %s acl %s', CASE p.prokind WHEN 'a' THEN p.oid::regprocedure || ' ' || a.aggtransfn || ' ' || a.agginitval ELSE pg_get_functiondef(p.oid) END,
          pg_get_userbyid(p.proowner), p.proacl)
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid WHERE ${IN_USER_SCHEMA}`,
  `SELECT format('type %s.%s kind %s base %s default %s not null %s labels %s acl %s', n.nspname, t.typname, t.typtype, format_type(t.typbasetype, t.typtypmod), t.typdefault, t.typnotnull,
          ARRAY(SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder), t.typacl)
     FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${IN_USER_SCHEMA}`,
  `SELECT format('view %s.%s: %s', n.nspname, c.relname, pg_get_viewdef(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm') AND ${IN_USER_SCHEMA}`,
  `SELECT format('trigger %s enabled %s', pg_get_triggerdef(t.oid), t.tgenabled) FROM pg_trigger t WHERE NOT t.tgisinternal`,
  `SELECT format('rule %s', pg_get_ruledef(r.oid)) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.rulename <> '_RETURN' AND ${IN_USER_SCHEMA}`,
  `SELECT format('policy %s', to_jsonb(p)) FROM pg_policies p`,
  `SELECT format('sequence %s.%s at %s: %s', schemaname, sequencename, last_value, to_jsonb(s) - 'last_value') FROM pg_sequences s WHERE schemaname <> 'shared'`,
  `SELECT format('statistics %s', pg_get_statisticsobjdef(s.oid)) FROM pg_statistic_ext s`,
  `SELECT format('comment %s: %s', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description) FROM pg_description d
    WHERE d.objoid >= 16384 AND pg_describe_object(d.classoid, d.objoid, d.objsubid) !~ 'schema_migrations'`,
  `SELECT format('cast %s to %s %s %s', castsource::regtype, casttarget::regtype, castcontext, castmethod) FROM pg_cast WHERE oid >= 16384`,
  `SELECT format('default rights %s %s %s %s', pg_get_userbyid(defaclrole), defaclnamespace::regnamespace, defaclobjtype, defaclacl) FROM pg_default_acl`,
  `SELECT format('event trigger %s %s %s', evtname, evtevent, evtfoid::regproc) FROM pg_event_trigger`,
  `SELECT format('publication %s all %s tables %s', pubname, puballtables, ARRAY(SELECT prrelid::regclass FROM pg_publication_rel r WHERE r.prpubid = p.oid)) FROM pg_publication p`,
  `SELECT format('subscription %s enabled %s slot %s publications %s', subname, subenabled, subslotname, subpublications) FROM pg_subscription s
    WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  `SELECT format('setting of %s: %s', pg_get_userbyid(setrole), setconfig) FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  `SELECT format('extension %s %s', extname, extversion) FROM pg_extension`,
  `SELECT format('large object %s', oid) FROM pg_largeobject_metadata`,
];

/** What does not belong to one database: only of use on a server that nobody else uses. */
const SERVER_QUERIES = [
  `SELECT format('database %s tablespace %s', datname, spcname) FROM pg_database d JOIN pg_tablespace s ON s.oid = d.dattablespace`,
  `SELECT format('tablespace %s', spcname) FROM pg_tablespace`,
  `SELECT format('prepared %s in %s', gid, database) FROM pg_prepared_xacts`,
  `SELECT format('role %s', rolname) FROM pg_roles`,
  `SELECT format('of ALTER SYSTEM: %s = %s', name, setting) FROM pg_file_settings WHERE sourcefile ~ 'auto.conf$'`,
  `SELECT format('slot %s of %s', slot_name, database) FROM pg_replication_slots WHERE NOT temporary AND slot_name !~ '_sync_'`,
];

export interface EndStateOptions {
  /** Also what belongs to the server. */
  readonly wholeServer?: boolean;
}

export async function endState(
  connectionString: string,
  { wholeServer = false }: EndStateOptions = {},
): Promise<EndState> {
  return withClient(connectionString, async (client) => {
    // Everything is written with its schema, whatever the database's own settings are.
    await client.query('SET search_path = pg_catalog');
    const lines: string[] = [];
    for (const query of [...SCHEMA_QUERIES, ...(wholeServer ? SERVER_QUERIES : [])]) {
      const { rows } = await client.query<[string]>({ text: query, rowMode: 'array' });
      lines.push(...rows.map(([line]) => line));
    }
    return { schema: lines.toSorted(), rows: await readRows(client) };
  });
}

async function readRows(client: pg.Client): Promise<Record<string, unknown[]>> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE (c.relkind = 'r' OR c.relkind = 'm' AND c.relispopulated) AND ${IN_USER_SCHEMA} ORDER BY 1`,
  );
  const content: Record<string, unknown[]> = {};
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: unknown }>(
      `SELECT to_jsonb(t) AS row FROM ${name} t ORDER BY to_jsonb(t)::text`,
    );
    content[name] = rows.map(({ row }) => row);
  }
  return content;
}
