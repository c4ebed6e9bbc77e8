import { RefusedError, UnknownMigrationError } from '../../core/errors/input-errors.js';
import { doubtOf, invalidIndexFindings } from '../../core/status/findings.js';
import { displayName } from '../../core/target/table.js';
import { historyScopeOf } from '../../core/target/target.js';
import type { MigratorParts } from '../run/parts.js';
import { changeHistory, type ChangeOptions } from './change-history.js';

/** Removes a row from the history. Runs nothing. @throws UnknownMigrationError, RefusedError */
export function unmark(parts: MigratorParts, file: string, options: ChangeOptions): Promise<string[]> {
  return changeHistory(parts, options, ({ rows }) => {
    const row = rows.find((each) => each.file === file);
    if (!row) {
      const table = displayName(historyScopeOf(parts.database.target).table);
      throw new UnknownMigrationError(`There is no row ${file} in ${table}.`);
    }
    const obstacles = [...doubtOf(row), ...invalidIndexFindings(file, row.invalidIndexes)];
    if (obstacles.length > 0) throw new RefusedError(obstacles);
    return { changes: [{ kind: 'remove', file }], note: { action: 'unmark', files: [file] }, result: [file] };
  });
}
