import { byVersion, isTrue } from '../history.js';
import type { ToolDefinition } from '../tool.js';

const DOWN = /^--[ \t]*\+goose[ \t]+Down\b/i;

/** goose: https://github.com/pressly/goose */
export const goose = {
  name: 'goose',
  layout: {
    migrationFile: /^\d.*\.sql$/i,
    form: '<version>_<name>.sql',
    sections: {
      up: /^--[ \t]*\+goose[ \t]+Up\b/,
      down: DOWN,
      rewrites: /^--[ \t]*\+goose[ \t]+ENVSUB(?:ST)?[ \t]+ON\b/,
      written: '-- +goose Up',
    },
  },
  history: {
    table: 'goose_db_version',
    columns: ['version_id', 'is_applied', 'tstamp'],
    orderBy: 'id',
    applied: (rows) => {
      const latest = new Map(rows.map((row) => [row['version_id'], row])); // the last row of a version decides
      return [...latest.values()]
        .filter((row) => isTrue(row['is_applied']) && row['version_id'] !== '0')
        .map((row) => byVersion(row['version_id'], row['tstamp']));
    },
  },
  noTransaction: /^\+goose\s+no\s+transaction$/i,
  undoSection: DOWN,
} as const satisfies ToolDefinition;
