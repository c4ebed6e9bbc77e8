import { byVersion } from '../history.js';
import type { ToolDefinition } from '../tool.js';

const DOWN = /^--[ \t]*migrate:down\b/i;

/** dbmate: https://github.com/amacneil/dbmate */
export const dbmate = {
  name: 'dbmate',
  layout: {
    migrationFile: /^\d.*\.sql$/i,
    form: '<version>_<name>.sql',
    sections: { up: /^--[ \t]*migrate:up\b/, down: DOWN, written: '-- migrate:up' },
  },
  history: {
    table: 'schema_migrations',
    columns: ['version'],
    orderBy: 'version',
    applied: (rows) => rows.map((row) => byVersion(row['version'], null)),
  },
  noTransaction: /^migrate:up\b.*\btransaction:false\b/i,
  undoSection: DOWN,
} as const satisfies ToolDefinition;
