import type { ScratchDatabase, ScratchDatabases, ScratchRecipe, WholeCatalog } from '../../core/ports/scratch.js';
import type { ScratchSettings } from './scratch/scratch-databases.js';

/** Scratch databases whose code is loaded when they are first used. */
export class LazyScratchDatabases implements ScratchDatabases {
  constructor(private readonly settings: ScratchSettings) {}

  async create(recipe: ScratchRecipe, signal: AbortSignal): Promise<ScratchDatabase> {
    return (await this.load()).create(recipe, signal);
  }

  async readLive(schemas: readonly string[]): Promise<WholeCatalog | undefined> {
    return (await this.load()).readLive(schemas);
  }

  private async load(): Promise<ScratchDatabases> {
    const { PgScratchDatabases } = await import('./catalog-recorder.js');
    return new PgScratchDatabases(this.settings);
  }
}
