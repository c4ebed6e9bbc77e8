import type { Installed } from './install.js';

/** Installs a table once, however many targets share it. */
export class InstallOnce {
  private installing: Promise<Installed> | undefined;
  private done = false;

  /** True if the table does not need to be inspected again. */
  get isDone(): boolean {
    return this.done;
  }

  /** Only the first caller receives the notes. A failure is not remembered: the next caller tries again. */
  async run(install: () => Promise<Installed>): Promise<Installed> {
    if (this.installing) return { ...(await this.installing), notes: [] };
    this.installing = install();
    try {
      const installed = await this.installing;
      this.done = true;
      return installed;
    } catch (error) {
      this.installing = undefined;
      throw error;
    }
  }
}
