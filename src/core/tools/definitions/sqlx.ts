import { byVersion, isTrue } from '../history.js';
import type { ToolDefinition } from '../tool.js';

/** SQLx: https://github.com/launchbadge/sqlx */
export const sqlx = {
  name: 'sqlx',
  layout: {
    migrationFile: /^\d.*\.sql$/i,
    form: '<version>_<description>.sql',
    naming: { suffixes: ['.sql', '.up.sql'] },
  },
  history: {
    table: '_sqlx_migrations',
    columns: ['version', 'success', 'installed_on'],
    orderBy: 'version',
    applied: (rows) =>
      rows.filter((row) => isTrue(row['success'])).map((row) => byVersion(row['version'], row['installed_on'])),
  },
  undoFile: /\.down\.sql$/i,
} as const satisfies ToolDefinition;
