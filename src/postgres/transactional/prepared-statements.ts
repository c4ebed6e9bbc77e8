import type { Migration } from '../../core/migration/migration.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { actingAs } from '../connection/acting-role.js';
import { applySettings, CLEAN_ALL_BUT_PREPARED, resetStatements } from '../connection/reset.js';
import { asScript } from '../connection/script.js';
import type { ExecutionContext } from '../execution/execution-context.js';
import type { PreparedRecords } from '../history/statements.js';

const RESET = 'migrations_reset';
const CLAIM = 'migrations_claim';
const COMPLETE = 'migrations_complete';

type PrepareContext = Pick<ExecutionContext, 'target' | 'records' | 'initialSettings' | 'marker'>;

/**
 * Our statements around a file, as prepared statements: they are short, and the server plans them once per message. They
 * are prepared in a separate message, because each `EXECUTE` copies the whole message that contained its `PREPARE`.
 */
export class PreparedStatements {
  private constructor(
    private readonly context: PrepareContext,
    private readonly records: PreparedRecords,
  ) {}

  /** Undefined without tracking, where they do not pay off. */
  static of(context: PrepareContext): PreparedStatements | undefined {
    const records = context.records.prepared(context.marker);
    return records && new PreparedStatements(context, records);
  }

  /** The message that resets a session to its initial state, names it, and prepares the statements. */
  prelude(sessionName: string): string {
    const { target, initialSettings } = this.context;
    return asScript([
      'BEGIN',
      ...resetStatements({ ...initialSettings, application_name: sessionName }),
      `PREPARE ${RESET} AS ${applySettings(initialSettings, [`('application_name', $1)`])}`,
      // The login role may have no access to the schema.
      ...actingAs(target.role),
      `PREPARE ${CLAIM} AS ${this.records.claim}`,
      `PREPARE ${COMPLETE} AS ${this.records.complete}`,
      'COMMIT',
    ]);
  }

  /** Resets the session to its initial state after a file, and names it. */
  reset(sessionName: string): string[] {
    return [...CLEAN_ALL_BUT_PREPARED, execute(RESET, sessionName)];
  }

  claim({ file, checksum, canonicalChecksum }: Migration): string[] {
    return [execute(CLAIM, file, checksum, canonicalChecksum)];
  }

  completion(file: string): string {
    return execute(COMPLETE, file);
  }
}

function execute(name: string, ...values: string[]): string {
  return `EXECUTE ${name}(${values.map(quoteLiteral).join(', ')})`;
}
