/** The file that fails for one tenant, and waits for a lock of another one. */
export const CRITICAL = '002_marks.sql';

const noted = (file: string): string => `INSERT INTO ledger VALUES ('${file}');\n`;

const STATEMENTS: Readonly<Record<string, string>> = {
  '001_pupils.sql': `CREATE TABLE ledger (file text);
CREATE TABLE pupils (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO {{schema}}.pupils SELECT n, 'pupil ' || n FROM generate_series(1, 200) AS n;`,
  // The temporary table is left behind on purpose: the next tenant on the session would find it.
  [CRITICAL]: `ALTER TABLE IF EXISTS held ADD COLUMN seen boolean;
CREATE TABLE marks (pupil int NOT NULL REFERENCES pupils, mark int NOT NULL);
CREATE TEMP TABLE entered AS SELECT id, id % 6 + 1 AS mark FROM pupils;
INSERT INTO marks SELECT * FROM entered;`,
  '003_pupils_by_name.sql': `${noted('003_pupils_by_name.sql, begun')}CREATE INDEX CONCURRENTLY pupils_by_name ON pupils (name);`,
  '004_averages.sql': `CREATE VIEW averages AS SELECT pupil, avg(mark) FROM marks GROUP BY pupil;
ALTER TABLE pupils ADD COLUMN school text NOT NULL DEFAULT current_schema;`,
};

/** The files that each tenant gets. Each notes in a ledger of the tenant that it ran: running twice would show twice, or fail. */
export const TENANT_FILES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(STATEMENTS).map(([file, sql]) => [file, `${sql}\n${noted(file)}`]),
);

export const FILE_NAMES: readonly string[] = Object.keys(TENANT_FILES);

/** What is in the ledger of a tenant that has all files. */
export const LEDGER: readonly string[] = [...FILE_NAMES, '003_pupils_by_name.sql, begun'].toSorted();
