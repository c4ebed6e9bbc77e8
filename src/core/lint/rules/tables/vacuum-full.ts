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
    duration: 'Until the whole table and all its indexes have been written again.',
    harm: 'Nobody can read or write the table for that long. It takes twice the space on disk meanwhile.',
    example: 'VACUUM FULL orders;\n',
    rewrite: [
      {
        about: 'A plain `VACUUM` makes the space of dead rows usable again, while the table is read and written.',
        sql: 'VACUUM (ANALYZE) orders;\n',
        locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: 'orders' }],
      },
    ],
    notes: 'To give the space back to the file system, use the extension `pg_repack` outside of migrations.',
  },
  check: ({ node, tables }) => {
    const vacuum = bodyOf('VacuumStmt', node);
    if (!vacuum?.is_vacuumcmd || !isOn(vacuum.options, 'full')) return [];
    const names = (vacuum.rels ?? []).flatMap((each) => nameOf(bodyOf('VacuumRelation', each)?.relation) ?? []);
    if (names.length > 0 && names.every((name) => tables.isNew(name))) return [];
    return [
      {
        message: `writes ${names.map(shown).join(', ') || 'every table'} again from the beginning to the end, while nobody can read or write it`,
        remedy: 'Use VACUUM without FULL, or pg_repack outside of migrations.',
        table: names[0],
      },
    ];
  },
};
