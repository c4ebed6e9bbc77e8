import type { LintRuleName } from './model/rule-names.js';
import type { Rule } from './model/rule.js';
import { columnTypeRewrite } from './rules/columns/type-change.js';
import { requiredColumn } from './rules/columns/required-column.js';
import { serialColumn } from './rules/columns/serial-column.js';
import { storedGeneratedColumn } from './rules/columns/generated-column.js';
import { volatileDefault } from './rules/columns/volatile-default.js';
import { checkWithoutNotValid } from './rules/constraints/check.js';
import { constraintWithoutIndex } from './rules/constraints/index-constraint.js';
import { foreignKeyWithoutNotValid } from './rules/constraints/foreign-key.js';
import { setNotNullWithoutCheck } from './rules/constraints/not-null.js';
import { validateInSameTransaction } from './rules/constraints/validate.js';
import { missingWhere } from './rules/data/missing-where.js';
import { truncateCascade } from './rules/data/truncate.js';
import { unboundedWrite } from './rules/data/unbounded-write.js';
import { duplicateVersion } from './rules/files/duplicate-version.js';
import { invalidAllow } from './rules/files/invalid-allow.js';
import { leftoverPlaceholder } from './rules/files/placeholder.js';
import { missingIfNotExists } from './rules/files/if-not-exists.js';
import { refusedFile } from './rules/files/refused-file.js';
import { unreadableStatement } from './rules/files/unreadable-statement.js';
import { createIndexNotConcurrently } from './rules/indexes/create-index.js';
import { dropIndexNotConcurrently } from './rules/indexes/drop-index.js';
import { refreshNotConcurrently } from './rules/indexes/refresh.js';
import { reindexNotConcurrently } from './rules/indexes/reindex.js';
import { dropColumn } from './rules/names/drop-column.js';
import { dropTable } from './rules/names/drop-table.js';
import { renameColumn } from './rules/names/rename-column.js';
import { renameEnumValue } from './rules/names/rename-enum-value.js';
import { renameTable } from './rules/names/rename-table.js';
import { cluster } from './rules/tables/cluster.js';
import { vacuumFull } from './rules/tables/vacuum-full.js';
import { hardCodedSchema } from './rules/tenants/hard-coded-schema.js';
import { accessExclusiveHeld } from './rules/transactions/access-exclusive-held.js';
import { lockWaitWithoutLimit } from './rules/transactions/lock-wait.js';
import { sessionLock } from './rules/transactions/session-lock.js';
import { setSearchPath } from './rules/transactions/search-path.js';

/** Every rule by name, in the order of the documentation. */
export const RULES_BY_NAME: Readonly<Record<LintRuleName, Rule>> = {
  'create-index-without-concurrently': createIndexNotConcurrently,
  'drop-index-without-concurrently': dropIndexNotConcurrently,
  'reindex-without-concurrently': reindexNotConcurrently,
  'refresh-without-concurrently': refreshNotConcurrently,
  'foreign-key-without-not-valid': foreignKeyWithoutNotValid,
  'check-without-not-valid': checkWithoutNotValid,
  'validate-in-same-transaction': validateInSameTransaction,
  'constraint-without-index': constraintWithoutIndex,
  'set-not-null-without-check': setNotNullWithoutCheck,
  'column-type-rewrite': columnTypeRewrite,
  'volatile-default': volatileDefault,
  'stored-generated-column': storedGeneratedColumn,
  'serial-column': serialColumn,
  'add-not-null-column': requiredColumn,
  'rename-column': renameColumn,
  'rename-table': renameTable,
  'rename-enum-value': renameEnumValue,
  'drop-column': dropColumn,
  'drop-table': dropTable,
  'truncate-cascade': truncateCascade,
  'missing-where': missingWhere,
  'unbounded-write': unboundedWrite,
  'vacuum-full': vacuumFull,
  cluster,
  'access-exclusive-held': accessExclusiveHeld,
  'missing-lock-timeout': lockWaitWithoutLimit,
  'session-lock': sessionLock,
  'set-search-path': setSearchPath,
  'hard-coded-schema': hardCodedSchema,
  'missing-if-not-exists': missingIfNotExists,
  'leftover-placeholder': leftoverPlaceholder,
  'duplicate-version': duplicateVersion,
  'unreadable-statement': unreadableStatement,
  'refused-file': refusedFile,
  'invalid-allow': invalidAllow,
};

/** All rules. */
export const RULES: readonly Rule[] = Object.values(RULES_BY_NAME);
