import { groupBy } from '../collections/group-by.js';
import { quoteBody } from '../sql/text/quote.js';
import { cleanDump, type DumpContext } from './clean-dump.js';

/**
 * The privileges and the row level security that migrations have set on the tables of this library, as blocks of a
 * checkpoint: one without the other could open a table. These tables exist before a checkpoint runs; but those for
 * which an option is off, or that have another name elsewhere, do not.
 *
 * @param dump of these tables.
 */
export function accessToOwnTables(dump: string, context: DumpContext): readonly string[] {
  const statements = cleanDump(dump, context).flatMap((block) => {
    const relation = relationOf(block);
    return relation === undefined ? [] : [{ relation, block }];
  });
  return [...groupBy(statements, ({ relation }) => relation)].map(([relation, access]) => {
    const body = access.map(({ block }) => `  ${block}\n`).join('');
    const exists = `pg_catalog.to_regclass(${quoteBody(relation)}) IS NOT NULL`;
    return `DO ${quoteBody(`BEGIN IF ${exists} THEN\n${body}END IF; END`)};`;
  });
}

/** The table or sequence to which a statement gives or limits access. */
function relationOf(statement: string): string | undefined {
  return ACCESS.map((form) => form.exec(statement)?.[1]).find((relation) => relation !== undefined);
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[^\s".;]+)`;
const RELATION = String.raw`(${NAME}\.${NAME})`;

/** In the words of `pg_dump`. */
const ACCESS = [
  `(?:GRANT|REVOKE) .*? ON (?:TABLE|SEQUENCE) ${RELATION} `,
  `ALTER TABLE (?:ONLY )?${RELATION} (?:ENABLE|FORCE) ROW LEVEL SECURITY;`,
  `CREATE POLICY ${NAME} ON ${RELATION}[ ;]`,
].map((form) => new RegExp(`^${form}`));
