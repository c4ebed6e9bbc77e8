import type { Kind } from './kind.js';

/** The objects of text search. */
export const TEXT_SEARCH_KINDS: readonly Kind[] = [
  {
    name: 'configuration',
    create: ({ n, random }) =>
      `CREATE TEXT SEARCH CONFIGURATION gen.configuration_${n} (COPY = ${random.pick(['simple', 'english'])})`,
    drop: ({ n }) => `DROP TEXT SEARCH CONFIGURATION gen.configuration_${n}`,
    alter: [
      ({ n }) => `ALTER TEXT SEARCH CONFIGURATION gen.configuration_${n} DROP MAPPING FOR hword`,
      ({ n }) => `ALTER TEXT SEARCH CONFIGURATION gen.configuration_${n} ALTER MAPPING FOR word WITH french_stem`,
      ({ n }) => `ALTER TEXT SEARCH CONFIGURATION gen.configuration_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER TEXT SEARCH CONFIGURATION gen.configuration_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'dictionary',
    create: ({ n, random }) =>
      `CREATE TEXT SEARCH DICTIONARY gen.dictionary_${n} (TEMPLATE = simple, ACCEPT = ${random.pick(['true', 'false'])})`,
    drop: ({ n }) => `DROP TEXT SEARCH DICTIONARY gen.dictionary_${n}`,
    alter: [
      ({ n }) => `ALTER TEXT SEARCH DICTIONARY gen.dictionary_${n} (STOPWORDS = english)`,
      ({ n }) => `ALTER TEXT SEARCH DICTIONARY gen.dictionary_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER TEXT SEARCH DICTIONARY gen.dictionary_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'template',
    create: ({ n }) => `CREATE TEXT SEARCH TEMPLATE gen.template_${n} (INIT = dsimple_init, LEXIZE = dsimple_lexize)`,
    drop: ({ n }) => `DROP TEXT SEARCH TEMPLATE gen.template_${n}`,
    alter: [({ n }) => `ALTER TEXT SEARCH TEMPLATE gen.template_${n} RENAME TO renamed_${n}`],
  },
  {
    name: 'parser',
    create: ({ n }) =>
      `CREATE TEXT SEARCH PARSER gen.parser_${n} (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)`,
    drop: ({ n }) => `DROP TEXT SEARCH PARSER gen.parser_${n}`,
    alter: [({ n }) => `ALTER TEXT SEARCH PARSER gen.parser_${n} RENAME TO renamed_${n}`],
  },
];
