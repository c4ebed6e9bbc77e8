import { isOn } from '../../../sql/statements/autocommit.js';
import type { Rule } from '../../model/rule.js';
import { bodyOf } from '../../syntax/node.js';
import { nameOf, shown } from '../../syntax/relation.js';

export const vacuumFull: Rule = {
  name: 'vacuum-full',
  severity: 'error',
  docs: {
    finds: '`VACUUM FULL`.',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: 'orders' }],
    duration: 'Until the whole table and all its indexes have been rewritten.',
    harm: 'All reads and writes of the table are blocked during that time, and it takes twice the space on disk.',
    example: 'VACUUM FULL orders;\n',
    rewrite: [
      {
        about: 'A plain `VACUUM` makes the space of dead rows reusable, and does not block reads or writes.',
        sql: 'VACUUM (ANALYZE) orders;\n',
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'orders' }],
      },
    ],
    notes: 'To return the space to the operating system, use the extension `pg_repack` outside migrations.',
  },
  check: ({ node, tables }) => {
    const vacuum = bodyOf('VacuumStmt', node);
    if (!vacuum?.is_vacuumcmd || !isOn(vacuum.options, 'full')) return [];
    const names = (vacuum.rels ?? []).flatMap((each) => nameOf(bodyOf('VacuumRelation', each)?.relation) ?? []);
    if (names.length > 0 && names.every((name) => tables.isNew(name))) return [];
    return [
      {
        message: `rewrites ${names.map(shown).join(', ') || 'every table'} completely while blocking all reads and writes`,
        remedy: 'Use VACUUM without FULL, or pg_repack outside migrations.',
        table: names[0],
      },
    ];
  },
};
