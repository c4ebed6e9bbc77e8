import { byName } from '../history.js';
import type { ToolDefinition } from '../tool.js';

const FILE = 'migration.sql';

/** Prisma Migrate: https://www.prisma.io */
export const prisma = {
  name: 'prisma',
  layout: { fileInFolder: FILE },
  history: {
    table: '_prisma_migrations',
    columns: ['migration_name', 'finished_at', 'rolled_back_at'],
    orderBy: 'started_at',
    applied: (rows) =>
      rows
        .filter((row) => row['finished_at'] && !row['rolled_back_at'])
        .map((row) => byName(`${row['migration_name']}/${FILE}`, row['finished_at'])),
  },
} as const satisfies ToolDefinition;
