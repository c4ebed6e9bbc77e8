/** Three migrations for whose history the tests prepare a table. */
export const files = {
  '001_a.sql': 'CREATE TABLE a ();',
  '002_b.sql': 'CREATE TABLE b ();',
  '003_c.sql': 'CREATE TABLE c ();',
};
