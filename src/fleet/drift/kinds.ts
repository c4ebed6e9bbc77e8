import type { History } from '../../core/history/history.js';
import { fingerprintOf } from '../../core/history/ordinary-rows.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { FleetParts } from '../parts.js';

/** Tells which tenants should have the same objects: those with the same migrations and the same placeholder values. */
export class Kinds {
  private readonly known = new Map<History, string>();

  constructor(
    private readonly parts: Pick<FleetParts, 'valuesOf'>,
    private readonly set: MigrationSet,
  ) {}

  of(tenant: Tenant, history: History): string {
    const applied = this.known.get(history) ?? fingerprintOf(history.rows.map(nameAndChecksum));
    this.known.set(history, applied);
    return JSON.stringify([applied, ...this.parts.valuesOf(tenant, this.set)]);
  }
}

function nameAndChecksum({ file, checksum }: History['rows'][number]): { file: string; checksum: string } {
  return { file, checksum: checksum ?? '' };
}
