import { byName, byVersion, type ForeignMigration, type ForeignRow, isTrue } from '../history.js';
import type { ToolDefinition } from '../tool.js';

/** Flyway: https://github.com/flyway/flyway */
export const flyway = {
  name: 'flyway',
  layout: {
    migrationFile: /^V\d[\d._]*__/,
    form: 'V<version>__<description>.sql',
    naming: { prefix: 'V', separator: '__' },
    // On a new database a baseline migration replaces earlier ones; this library applies the earlier ones instead.
    ignoredFile: /^B\d[^/]*__/,
    nested: true,
  },
  history: {
    table: 'flyway_schema_history',
    columns: ['version', 'script', 'type', 'success', 'installed_on'],
    orderBy: 'installed_rank',
    applied,
  },
  undoFile: /^U\d[^/]*__/,
  repeatableFile: /^R__/,
  versionFirst: (name) => name.replace(/^V(\d[\d._]*?)__/, (_, version: string) => `${version.replaceAll('_', '.')}-`),
} as const satisfies ToolDefinition;

/** `SQL_BASELINE` and the like record baseline migrations; `INIT` is the old name of `BASELINE`. */
const BASELINE = /BASELINE$|^INIT$/;

/** A baseline covers everything below it; an undo or a delete cancels earlier rows of its version. */
function applied(rows: readonly ForeignRow[]): ForeignMigration[] {
  const found = new Map<string, ForeignMigration>();
  for (const row of rows) {
    const { version, script, installed_on: appliedAt = null } = row;
    const type = row['type'] ?? '';
    if (!isTrue(row['success']) || type === 'SCHEMA') continue;
    const key = version ?? script ?? '';
    if (type.startsWith('UNDO') || type === 'DELETE') found.delete(key);
    else if (BASELINE.test(type) && version)
      found.set(key, { label: `baseline ${version}`, version, upTo: true, marker: true, appliedAt });
    // The script may have an outdated name: "flyway repair" identifies it by version and keeps the name.
    else
      found.set(key, version ? { ...byVersion(version, appliedAt), label: script ?? '' } : byName(script, appliedAt));
  }
  return [...found.values()];
}
