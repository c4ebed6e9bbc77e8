import type { CatalogCheck } from '../../core/catalog/catalog.js';
import type { Finding } from '../../core/errors/finding.js';
import type { AcceptedObjects, CatalogRecorder, RecordBasis } from '../../core/ports/catalog.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { mayDiffer } from './may-differ.js';
import type { AuditSql, CatalogSettings } from './settings.js';

/** Records the catalog. Its code is loaded on first use: a run that changes nothing does not need it. */
export class LazyCatalogRecorder implements CatalogRecorder {
  private loaded: Promise<Omit<CatalogRecorder, 'mayDiffer'>> | undefined;

  constructor(
    private readonly connection: PgConnection,
    private readonly settings: CatalogSettings,
    private readonly auditSql: AuditSql,
  ) {}

  mayDiffer(): Promise<boolean> {
    return mayDiffer(this.connection, this.settings);
  }

  async check(signal: AbortSignal | undefined, despiteNewer?: boolean): Promise<CatalogCheck> {
    return (await this.load()).check(signal, despiteNewer);
  }

  async withIncident(findings: readonly Finding[]): Promise<readonly Finding[]> {
    return (await this.load()).withIncident(findings);
  }

  async record(before: RecordBasis, signal: AbortSignal | undefined): Promise<void> {
    return (await this.load()).record(before, signal);
  }

  async refresh(signal: AbortSignal | undefined): Promise<void> {
    return (await this.load()).refresh(signal);
  }

  async accept(accepted: AcceptedObjects, signal: AbortSignal | undefined): Promise<void> {
    return (await this.load()).accept(accepted, signal);
  }

  private load(): Promise<Omit<CatalogRecorder, 'mayDiffer'>> {
    this.loaded ??= import('./catalog-recorder.js').then(
      ({ PgCatalogRecorder }) => new PgCatalogRecorder(this.connection, this.settings, this.auditSql),
    );
    return this.loaded;
  }
}
