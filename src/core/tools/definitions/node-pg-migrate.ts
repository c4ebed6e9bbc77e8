import { byName } from '../history.js';
import type { ToolDefinition } from '../tool.js';

/** node-pg-migrate: https://github.com/salsita/node-pg-migrate */
export const nodePgMigrate = {
  name: 'node-pg-migrate',
  history: {
    table: 'pgmigrations',
    columns: ['name', 'run_on'],
    orderBy: 'id',
    applied: (rows) => rows.map((row) => byName(row['name'], row['run_on'])),
  },
  undoSection: /^--[ \t]*down[ \t]+migration\b/i,
} as const satisfies ToolDefinition;
