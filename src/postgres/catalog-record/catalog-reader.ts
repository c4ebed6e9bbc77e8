import type { CatalogCheck } from '../../core/catalog/catalog.js';
import type { CatalogReader } from '../../core/ports/catalog.js';
import type { ReadConnections } from '../connection/read-connections.js';
import type { CatalogSettings } from './settings.js';

/** Checks the catalog for the drift check. Its code is loaded when it is first used. */
export class PgCatalogReader implements CatalogReader {
  constructor(
    private readonly connections: ReadConnections,
    private readonly settings: CatalogSettings,
  ) {}

  async check(): Promise<CatalogCheck> {
    const { checkCatalog } = await import('./catalog-recorder.js');
    return this.connections.use((connection) => checkCatalog(connection, this.settings), this.settings.timeoutMs);
  }
}
