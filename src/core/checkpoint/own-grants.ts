import { groupBy } from '../collections/group-by.js';
import { quoteBody } from '../sql/text/quote.js';
import { cleanDump, type DumpContext } from './clean-dump.js';

/**
 * What migrations have granted on the tables of this library, as blocks of a checkpoint. These tables exist before a
 * checkpoint runs; but those for which an option is off, or that have another name elsewhere, do not.
 *
 * @param dump of these tables.
 */
export function grantsOnOwnTables(dump: string, context: DumpContext): readonly string[] {
  const grants = cleanDump(dump, context).flatMap((block) => {
    const relation = GRANT.exec(block)?.[1];
    return relation === undefined ? [] : [{ relation, block }];
  });
  return [...groupBy(grants, ({ relation }) => relation)].map(([relation, granted]) => {
    const statements = granted.map(({ block }) => `  ${block}\n`).join('');
    const exists = `pg_catalog.to_regclass(${quoteBody(relation)}) IS NOT NULL`;
    return `DO ${quoteBody(`BEGIN IF ${exists} THEN\n${statements}END IF; END`)};`;
  });
}

const GRANT = /^(?:GRANT|REVOKE) .*? ON (?:TABLE|SEQUENCE) ((?:"(?:[^"]|"")+"|[^\s".]+)\.(?:"(?:[^"]|"")+"|[^\s".]+)) /;
