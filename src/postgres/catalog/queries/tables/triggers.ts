import {
  IS_OUR_EVENT_TRIGGER,
  list,
  notOfExtension,
  role,
  selectObjects,
  words,
  type ObjectQuery,
} from '../object-query.js';

/** When a trigger or rule fires, if not in the default mode. */
const FIRES = { D: 'disabled', R: 'on replica', A: 'always' };

const COMMANDS = { r: 'select', a: 'insert', w: 'update', d: 'delete', '*': 'all' };

/** Triggers, rules and policies of tables and views, and event triggers. */
export const TRIGGERS: ObjectQuery = {
  group: 'triggers',
  selects: [
    selectObjects({
      kind: 'trigger',
      schema: 'r.schema',
      parent: 'r.name',
      name: 'g.tgname',
      definition: 'pg_get_triggerdef(g.oid)',
      properties: { enabled: words('g.tgenabled', FIRES) },
      from: 'FROM pg_catalog.pg_trigger g JOIN relation r ON r.oid = g.tgrelid WHERE NOT g.tgisinternal AND g.tgparentid = 0',
    }),
    selectObjects({
      kind: 'rule',
      schema: 'r.schema',
      parent: 'r.name',
      name: 'w.rulename',
      definition: 'pg_get_ruledef(w.oid)',
      properties: { enabled: words('w.ev_enabled', FIRES) },
      from: "FROM pg_catalog.pg_rewrite w JOIN relation r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'",
    }),
    selectObjects({
      kind: 'policy',
      schema: 'r.schema',
      parent: 'r.name',
      name: 'p.polname',
      properties: {
        command: words('p.polcmd', COMMANDS),
        restrictive: "CASE WHEN NOT p.polpermissive THEN 'true' END",
        roles: `CASE WHEN p.polroles = '{0}' THEN 'public' ELSE (SELECT string_agg(${role('e')}, ', ' ORDER BY ${role('e')}) FROM unnest(p.polroles) AS e) END`,
        using: 'pg_get_expr(p.polqual, p.polrelid)',
        'with check': 'pg_get_expr(p.polwithcheck, p.polrelid)',
      },
      from: 'FROM pg_catalog.pg_policy p JOIN relation r ON r.oid = p.polrelid',
    }),
    selectObjects({
      kind: 'event trigger',
      name: 'v.evtname',
      properties: {
        event: 'v.evtevent',
        function: 'v.evtfoid::pg_catalog.regprocedure',
        tags: list('v.evttags'),
        enabled: words('v.evtenabled', FIRES),
        owner: role('v.evtowner'),
      },
      from: `FROM pg_catalog.pg_event_trigger v WHERE ${notOfExtension('pg_event_trigger', 'v.oid')} AND NOT ${IS_OUR_EVENT_TRIGGER}`,
    }),
  ],
};
