import type { Rule } from '../../model/rule.js';
import { schemasIn } from '../../syntax/schemas.js';

/** Those of PostgreSQL itself. */
const BUILT_IN = /^(?:pg_|information_schema$)/;

export const hardCodedSchema: Rule = {
  name: 'hard-coded-schema',
  severity: 'warning',
  docs: {
    finds:
      'A schema that is named in a file of tenants, unless the files that all tenants share create something in it. It is checked by `fleet.lint()`, by `lint()` of a tenant, and before the runs of tenants.',
    isForTenants: true,
    locks: [],
    duration: 'No table is locked.',
    harm: 'The file runs once for each tenant. Each time, it changes the same schema, most likely that of the tenant for which it was tried out.',
    setup: 'CREATE SCHEMA oak_hill;\n',
    example: 'CREATE TABLE oak_hill.notes (id bigint PRIMARY KEY);\n',
    rewrite: [
      {
        about: "Leave the schema out: the tenant's schema comes first in the search path. Or write `{{schema}}.notes`.",
        sql: 'CREATE TABLE notes (id bigint PRIMARY KEY);\n',
      },
    ],
    notes:
      'The schemas of the option `searchPath` and of the history are allowed, and those of extensions that the shared files create. Strings are not read, and so neither are bodies of functions. A schema that is shared but created elsewhere needs an `allow` comment.',
  },
  check: ({ node, tenantSchemas }) => {
    if (!tenantSchemas) return [];
    const found = schemasIn(node).filter(({ name }) => !tenantSchemas.has(name) && !BUILT_IN.test(name));
    const first = new Map(found.toReversed().map((each) => [each.name, each]));
    return [...first.values()].map(({ name, location }) => ({
      message: `names the schema ${name}, although it runs once for each tenant`,
      remedy: "Leave the schema out, or write {{schema}} for the tenant's own.",
      location,
    }));
  },
};
