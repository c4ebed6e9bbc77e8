import { isTrue } from '../history.js';
import type { ToolDefinition } from '../tool.js';

/** golang-migrate: https://github.com/golang-migrate/migrate */
export const golangMigrate = {
  name: 'golang-migrate',
  layout: {
    migrationFile: /^\d.*\.up\.sql$/i,
    form: '<version>_<title>.up.sql',
    naming: { suffixes: ['.up.sql'] },
  },
  history: {
    table: 'schema_migrations',
    columns: ['version', 'dirty'],
    orderBy: 'version',
    applied: (rows) => {
      const row = rows.at(-1);
      const version = row?.['version'];
      if (isTrue(row?.['dirty'])) {
        return {
          problem: `version ${version} is dirty: that migration failed halfway. Repair it with golang-migrate first`,
        };
      }
      return version ? [{ label: `version ${version}`, version, upTo: true, appliedAt: null }] : [];
    },
  },
  undoFile: /\.down\.sql$/i,
} as const satisfies ToolDefinition;
