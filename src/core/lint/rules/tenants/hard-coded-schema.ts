import type { Rule } from '../../model/rule.js';
import { schemasIn } from '../../syntax/schemas.js';

/** Those of PostgreSQL itself. */
const BUILT_IN = /^(?:pg_|information_schema$)/;

export const hardCodedSchema: Rule = {
  name: 'hard-coded-schema',
  severity: 'warning',
  docs: {
    finds:
      'A schema that is named in a tenant file, unless the files that all tenants share create something in it. This is checked by `fleet.lint()`, by `lint()` of a tenant, and before tenants are migrated.',
    isForTenants: true,
    locks: [],
    duration: 'No table is locked.',
    harm: 'The file runs once for each tenant. Each time, it changes the same schema, most likely that of the tenant on which it was tested.',
    setup: 'CREATE SCHEMA oak_hill;\n',
    example: 'CREATE TABLE oak_hill.notes (id bigint PRIMARY KEY);\n',
    rewrite: [
      {
        about: "Leave the schema out: the tenant's schema comes first in the search path. Or write `{{schema}}.notes`.",
        sql: 'CREATE TABLE notes (id bigint PRIMARY KEY);\n',
      },
    ],
    notes:
      'The schemas in the option `searchPath`, the schema of the history, and those of extensions that the shared files create are allowed. Strings, and therefore function bodies, are not examined. A schema that is shared but created elsewhere needs an `allow` comment.',
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
