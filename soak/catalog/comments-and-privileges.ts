import type { Kind } from './kind.js';

/** Comments and privileges, which are attached to other objects. */
export const COMMENT_AND_PRIVILEGE_KINDS: readonly Kind[] = [
  {
    name: 'commented',
    needs: ({ n }) => `CREATE TABLE gen.commented_${n} (a integer)`,
    create: ({ n, random }) =>
      `COMMENT ON ${random.pick([`TABLE gen.commented_${n}`, `COLUMN gen.commented_${n}.a`])} IS 'text ${n}'`,
    drop: ({ n }) => `COMMENT ON TABLE gen.commented_${n} IS NULL; COMMENT ON COLUMN gen.commented_${n}.a IS NULL`,
    alter: [({ n }) => `COMMENT ON TABLE gen.commented_${n} IS 'another'`],
  },
  {
    name: 'granted',
    needs: ({ n }) => `CREATE TABLE gen.granted_${n} (a integer, b text)`,
    create: ({ n, random, role }) =>
      `GRANT ${random.pick(['SELECT', 'INSERT', 'SELECT (a)', 'ALL'])} ON gen.granted_${n} TO ${role}`,
    drop: ({ n, role }) => `REVOKE ALL ON gen.granted_${n} FROM ${role}`,
    alter: [
      ({ n, role }) => `GRANT DELETE ON gen.granted_${n} TO ${role} WITH GRANT OPTION`,
      ({ n }) => `GRANT UPDATE (b) ON gen.granted_${n} TO PUBLIC`,
    ],
  },
  {
    name: 'defaults',
    needs: ({ n }) => `CREATE SCHEMA defaults_${n}`,
    create: ({ n, random }) =>
      `ALTER DEFAULT PRIVILEGES IN SCHEMA defaults_${n} GRANT ${random.pick(['SELECT ON TABLES', 'USAGE ON SEQUENCES', 'EXECUTE ON FUNCTIONS', 'USAGE ON TYPES'])} TO PUBLIC`,
    drop: ({ n }) =>
      ['ALL ON TABLES', 'ALL ON SEQUENCES', 'ALL ON FUNCTIONS', 'ALL ON TYPES']
        .map((what) => `ALTER DEFAULT PRIVILEGES IN SCHEMA defaults_${n} REVOKE ${what} FROM PUBLIC`)
        .join('; '),
    alter: [({ n, role }) => `ALTER DEFAULT PRIVILEGES IN SCHEMA defaults_${n} GRANT INSERT ON TABLES TO ${role}`],
  },
];
