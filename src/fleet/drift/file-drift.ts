import type { Finding } from '../../core/errors/finding.js';
import type { History } from '../../core/history/history.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import { joinStatuses } from '../../core/status/status.js';
import { isAtLeast, type DriftPolicy } from '../../core/status/policy.js';
import { schemaProblems, type TenantRecord } from '../../core/tenants/standing.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import { driftOf } from '../../migrator/use-cases/status.js';

/** Finds how the histories of tenants disagree with the files. Tenants with the same history are compared once. */
export class FileDrift {
  private readonly known = new Map<History, readonly Finding[]>();

  constructor(
    private readonly set: MigrationSet,
    private readonly policy: DriftPolicy,
    /** For messages. */
    private readonly target: string,
  ) {}

  of({ name, schema }: Tenant, record: TenantRecord): readonly Finding[] {
    const problems = schemaProblems(name, schema, record);
    const found = problems.length > 0 ? problems : this.compare(record.history);
    return found.filter((each) => isAtLeast('note', this.policy, each)).map((each) => ({ ...each, tenant: name }));
  }

  private compare(history: History): readonly Finding[] {
    const known = this.known.get(history) ?? driftOf(this.set, joinStatuses(this.set, history), this.target);
    this.known.set(history, known);
    return known;
  }
}
