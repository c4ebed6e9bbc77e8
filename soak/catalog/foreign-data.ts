import type { Kind } from './kind.js';

const VALIDATOR = 'postgresql_fdw_validator';

/** Foreign tables, and the objects that they depend on. */
export const FOREIGN_DATA_KINDS: readonly Kind[] = [
  {
    name: 'wrapper',
    create: ({ n, random }) =>
      `CREATE FOREIGN DATA WRAPPER wrapper_${n} OPTIONS (debug '${random.pick(['on', 'off'])}')`,
    drop: ({ n }) => `DROP FOREIGN DATA WRAPPER wrapper_${n}`,
    alter: [
      ({ n }) => `ALTER FOREIGN DATA WRAPPER wrapper_${n} OPTIONS (ADD more 'x')`,
      ({ n }) => `ALTER FOREIGN DATA WRAPPER wrapper_${n} VALIDATOR ${VALIDATOR} OPTIONS (DROP debug)`,
      ({ n }) => `ALTER FOREIGN DATA WRAPPER wrapper_${n} RENAME TO renamed_${n}`,
    ],
  },
  {
    name: 'server',
    create: ({ n, random }) =>
      `CREATE SERVER server_${n} VERSION '${random.pick([1, 2])}' FOREIGN DATA WRAPPER gen_wrapper OPTIONS (host 'a')`,
    drop: ({ n }) => `DROP SERVER server_${n}`,
    alter: [
      ({ n }) => `ALTER SERVER server_${n} VERSION '7'`,
      ({ n }) => `ALTER SERVER server_${n} OPTIONS (SET host 'b')`,
      ({ n }) => `ALTER SERVER server_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER SERVER server_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'mapped',
    needs: ({ n }) => `CREATE SERVER mapped_${n} FOREIGN DATA WRAPPER gen_wrapper`,
    create: ({ n, random }) =>
      `CREATE USER MAPPING FOR PUBLIC SERVER mapped_${n} OPTIONS (user '${random.pick(['a', 'b'])}')`,
    drop: ({ n }) => `DROP USER MAPPING FOR PUBLIC SERVER mapped_${n}`,
    alter: [
      ({ n }) => `ALTER USER MAPPING FOR PUBLIC SERVER mapped_${n} OPTIONS (SET user 'z')`,
      ({ n }) => `ALTER USER MAPPING FOR PUBLIC SERVER mapped_${n} OPTIONS (ADD password 'secret')`,
    ],
  },
  {
    name: 'foreign',
    create: ({ n, random }) =>
      `CREATE FOREIGN TABLE gen.foreign_${n} (a integer, b ${random.pick(['text', 'date'])}) SERVER gen_server OPTIONS (x 'y')`,
    drop: ({ n }) => `DROP FOREIGN TABLE gen.foreign_${n}`,
    alter: [
      ({ n }) => `ALTER FOREIGN TABLE gen.foreign_${n} OPTIONS (SET x 'z')`,
      ({ n }) => `ALTER FOREIGN TABLE gen.foreign_${n} ALTER COLUMN a OPTIONS (ADD p 'q')`,
      ({ n }) => `ALTER FOREIGN TABLE gen.foreign_${n} ADD COLUMN c integer`,
      ({ n }) => `ALTER FOREIGN TABLE gen.foreign_${n} RENAME TO renamed_${n}`,
    ],
  },
];
