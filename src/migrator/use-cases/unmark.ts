import { RefusedError, UnknownMigrationError } from '../../core/errors/input-errors.js';
import { doubtOf, invalidIndexFindings } from '../../core/status/findings.js';
import { displayName } from '../../core/target/table.js';
import type { MigratorParts } from '../run/parts.js';
import { changeHistory } from './change-history.js';

export function unmark(parts: MigratorParts, file: string, signal?: AbortSignal): Promise<string[]> {
  return changeHistory(parts, signal, ({ statuses }) => {
    const row = statuses.find((status) => status.row?.file === file)?.row;
    if (!row) {
      const table = displayName(parts.database.target.table);
      throw new UnknownMigrationError(`There is no row ${file} in ${table}.`);
    }
    const obstacles = [...doubtOf(row), ...invalidIndexFindings(file, row.invalidIndexes)];
    if (obstacles.length > 0) throw new RefusedError(obstacles);
    return { changes: [{ kind: 'remove', file }], result: [file] };
  });
}
