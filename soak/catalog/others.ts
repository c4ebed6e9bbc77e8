import { COMMENT_AND_PRIVILEGE_KINDS } from './comments-and-privileges.js';
import { COMPARING_AND_CONVERTING_KINDS } from './comparing-and-converting.js';
import { FOREIGN_DATA_KINDS } from './foreign-data.js';
import { FUNCTION_AND_TYPE_KINDS } from './functions-and-types.js';
import type { Kind } from './kind.js';
import { TEXT_SEARCH_KINDS } from './text-search.js';

/**
 * Objects that do not belong to a table, from the documentation of CREATE and ALTER. Keep their order: what a seed
 * generates depends on it.
 */
export const OTHER_KINDS: readonly Kind[] = [
  {
    name: 'schema',
    create: ({ n }) => `CREATE SCHEMA schema_${n}`,
    drop: ({ n }) => `DROP SCHEMA schema_${n}`,
    alter: [
      ({ n }) => `ALTER SCHEMA schema_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER SCHEMA schema_${n} OWNER TO ${role}`,
    ],
  },
  ...FUNCTION_AND_TYPE_KINDS,
  ...COMPARING_AND_CONVERTING_KINDS,
  ...TEXT_SEARCH_KINDS,
  ...FOREIGN_DATA_KINDS,
  {
    name: 'publication',
    create: ({ n, random }) =>
      `CREATE PUBLICATION publication_${n} FOR TABLE gen.keyed WITH (publish = '${random.pick(['insert', 'insert, update'])}')`,
    drop: ({ n }) => `DROP PUBLICATION publication_${n}`,
    alter: [
      ({ n }) => `ALTER PUBLICATION publication_${n} ADD TABLE ONLY gen.parent`,
      ({ n }) => `ALTER PUBLICATION publication_${n} SET TABLE ONLY gen.parent`,
      ({ n }) => `ALTER PUBLICATION publication_${n} SET (publish = 'delete')`,
      ({ n }) => `ALTER PUBLICATION publication_${n} SET (publish_via_partition_root)`,
      ({ n }) => `ALTER PUBLICATION publication_${n} RENAME TO renamed_${n}`,
    ],
  },
  {
    name: 'subscription',
    create: ({ n, random }) =>
      `CREATE SUBSCRIPTION subscription_${n} CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE, binary = ${random.pick(['on', 'off'])})`,
    since: 14,
    drop: ({ n }) => `DROP SUBSCRIPTION subscription_${n}`,
    alter: [
      ({ n }) => `ALTER SUBSCRIPTION subscription_${n} CONNECTION 'dbname=elsewhere'`,
      ({ n }) => `ALTER SUBSCRIPTION subscription_${n} SET PUBLICATION q WITH (refresh = false)`,
      ({ n }) => `ALTER SUBSCRIPTION subscription_${n} SET (synchronous_commit = remote_write)`,
      ({ n }) => `ALTER SUBSCRIPTION subscription_${n} RENAME TO renamed_${n}`,
    ],
  },
  {
    name: 'event_trigger',
    create: ({ n, random }) =>
      `CREATE EVENT TRIGGER event_trigger_${n} ON ${random.pick(['ddl_command_end', 'sql_drop'])} WHEN TAG IN ('CREATE TRANSFORM', 'DROP TRANSFORM') EXECUTE FUNCTION gen.on_event()`,
    // The tags are never used here.
    drop: ({ n }) => `DROP EVENT TRIGGER event_trigger_${n}`,
    alter: [
      ({ n }) => `ALTER EVENT TRIGGER event_trigger_${n} DISABLE`,
      ({ n }) => `ALTER EVENT TRIGGER event_trigger_${n} ENABLE ALWAYS`,
      ({ n }) => `ALTER EVENT TRIGGER event_trigger_${n} RENAME TO renamed_${n}`,
    ],
  },
  {
    name: 'extension',
    since: 13,
    create: () => 'CREATE EXTENSION citext SCHEMA gen',
    drop: () => 'DROP EXTENSION citext',
    alter: [() => 'ALTER EXTENSION citext SET SCHEMA gen_other'],
  },
  ...COMMENT_AND_PRIVILEGE_KINDS,
];
