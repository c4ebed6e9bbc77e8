import { byVersion } from '../history.js';
import type { ToolDefinition } from '../tool.js';

/** TypeORM: https://typeorm.io */
export const typeorm = {
  name: 'typeorm',
  history: {
    table: 'migrations',
    columns: ['timestamp', 'name'],
    orderBy: 'id',
    applied: (rows) => rows.map((row) => ({ ...byVersion(row['timestamp'], null), label: row['name'] ?? '' })),
  },
} as const satisfies ToolDefinition;
