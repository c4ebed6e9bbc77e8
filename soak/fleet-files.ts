const ROWS = 20_000;

/**
 * So many migrations of an ordinary kind, the one in the middle a concurrent index build. Each notes in `ledger` that it
 * ran: running twice would show twice, or fail.
 */
export function fleetFiles(count: number): Record<string, string> {
  const middle = Math.ceil(count / 2);
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => {
      const name = `${String(i + 1).padStart(3, '0')}_${i + 1 === middle ? 'index' : 'table'}.sql`;
      return [name, `${migration(i + 1, middle)}\nINSERT INTO ledger VALUES ('${name}');\n`];
    }),
  );
}

function migration(n: number, indexed: number): string {
  if (n === 1) {
    return `CREATE TABLE ledger (file text);
CREATE TABLE t1 (id int PRIMARY KEY, name text);
INSERT INTO t1 SELECT n, 'row ' || n FROM generate_series(1, ${ROWS}) AS n;`;
  }
  if (n === indexed) return `CREATE INDEX CONCURRENTLY t1_name ON t1 (name, id);`;
  return `CREATE TABLE t${n} (id int PRIMARY KEY, name text NOT NULL, t1_id int REFERENCES t1);
CREATE INDEX t${n}_name ON t${n} (lower(name));
CREATE FUNCTION f${n}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := trim(NEW.name); RETURN NEW; END $$;
CREATE TRIGGER trimmed BEFORE INSERT ON t${n} FOR EACH ROW EXECUTE FUNCTION f${n}();
INSERT INTO t${n} SELECT n, ' row ' || n, n FROM generate_series(1, 100) AS n;`;
}
