import { byName } from '../history.js';
import type { ToolDefinition } from '../tool.js';

/** Knex: https://knexjs.org */
export const knex = {
  name: 'knex',
  history: {
    table: 'knex_migrations',
    columns: ['name', 'migration_time'],
    orderBy: 'id',
    applied: (rows) => rows.map((row) => byName(row['name'], row['migration_time'])),
  },
} as const satisfies ToolDefinition;
