import type { History } from '../../core/history/history.js';
import { fingerprintOf } from '../../core/history/ordinary-rows.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { FleetParts } from '../parts.js';

/**
 * Tells which tenants should have the same objects: those with the same migrations and the same placeholder values,
 * whether they ran the migrations or started at a checkpoint.
 */
export class Kinds {
  private readonly known = new Map<History, string>();
  private readonly checkpoints: ReadonlySet<string>;
  private readonly migrations: ReadonlySet<string>;

  constructor(
    private readonly parts: Pick<FleetParts, 'valuesOf'>,
    private readonly set: MigrationSet,
  ) {
    const { checkpoints, migrations } = set;
    this.checkpoints = new Set(checkpoints.flatMap(({ file, checkpoint }) => [file, ...checkpoint.supersedes]));
    const replaced = checkpoints.flatMap(({ checkpoint }) => checkpoint.replaces);
    this.migrations = new Set([...migrations, ...replaced].map(({ file }) => file));
  }

  of(tenant: Tenant, history: History): string {
    const applied = this.known.get(history) ?? this.fingerprint(history);
    this.known.set(history, applied);
    return JSON.stringify([applied, ...this.parts.valuesOf(tenant, this.set)]);
  }

  private fingerprint({ rows }: History): string {
    return fingerprintOf(rows.filter((row) => !this.isCheckpoint(row)).map(nameAndChecksum));
  }

  /** True also if the file of the checkpoint has been deleted. */
  private isCheckpoint({ file, origin }: History['rows'][number]): boolean {
    return this.checkpoints.has(file) || (origin === 'checkpoint' && !this.migrations.has(file));
  }
}

function nameAndChecksum({ file, checksum }: History['rows'][number]): { file: string; checksum: string } {
  return { file, checksum: checksum ?? '' };
}
