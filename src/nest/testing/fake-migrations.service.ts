import { Injectable } from '@nestjs/common';
import { Subject } from 'rxjs';
import type { MigrationEvent } from '../../core/events/events.js';
import { summarize } from '../../core/status/summary.js';
import type { MigrationOperations } from '../../migrator/operations.js';
import type { MigrationsService } from '../migrations.service.js';

/** The public interface of the service. */
type PublicService = Pick<MigrationsService, keyof MigrationsService>;

/** The value that the promise of a service method resolves to. */
type Answer<Method extends keyof MigrationOperations> = Promise<Awaited<ReturnType<MigrationOperations[Method]>>>;

/**
 * A `MigrationsService` without a database, for unit tests: nothing is pending and nothing runs. It has the types of
 * the real one, so mock a method to return something else: `jest.spyOn(fake, 'pending').mockResolvedValue([…])`.
 */
@Injectable()
export class FakeMigrationsService implements PublicService, MigrationOperations {
  private readonly subject = new Subject<MigrationEvent>();
  readonly events$ = this.subject.asObservable();

  /** Emits an event, as a run or a drift check would. */
  emit(event: MigrationEvent): void {
    this.subject.next(event);
  }

  async status(): Answer<'status'> {
    return { tracked: true, migrations: [], summary: summarize([]), findings: [] };
  }

  async migrate(): Answer<'migrate'> {
    return {
      runId: '00000000-0000-0000-0000-000000000000',
      applied: [],
      appliedByOthers: [],
      adopted: [],
      alreadyApplied: 0,
      durationMs: 0,
    };
  }

  async plan(): Answer<'plan'> {
    return { migrations: [], warnings: [], refusals: [] };
  }

  async rehearse(): Answer<'rehearse'> {
    return { migrations: [], warnings: [], refusals: [] };
  }

  async lint(): Answer<'lint'> {
    return { files: [], diagnostics: [] };
  }

  async verify(): Answer<'verify'> {
    return { findings: [], applied: [], leftOut: [], withoutFile: [] };
  }

  async checkpoint(): Answer<'checkpoint'> {
    return { file: '', replaces: [], supersedes: [], sql: '' };
  }

  async diff(file: string): Answer<'diff'> {
    return { file, recordedAs: file, recorded: null, actual: null, text: null };
  }

  async importFrom(): Answer<'importFrom'> {
    return { recorded: [], alreadyRecorded: [], unmatched: [] };
  }

  async unlock(): Answer<'unlock'> {
    return { holder: null, isGone: false, ended: false };
  }

  async resolve(): Answer<'resolve'> {
    return '';
  }

  async enableDdlAudit(): Answer<'enableDdlAudit'> {
    return '';
  }

  async disableDdlAudit(): Answer<'disableDdlAudit'> {
    return '';
  }

  async history(): Answer<'history'> {
    return [];
  }

  async audit(): Answer<'audit'> {
    return [];
  }

  async ddlAudit(): Answer<'ddlAudit'> {
    return [];
  }

  async pending(): Answer<'pending'> {
    return [];
  }

  async drift(): Answer<'drift'> {
    return [];
  }

  async baseline(): Answer<'baseline'> {
    return [];
  }

  async mark(): Answer<'mark'> {
    return [];
  }

  async unmark(): Answer<'unmark'> {
    return [];
  }

  async repair(): Answer<'repair'> {
    return [];
  }

  async accept(): Answer<'accept'> {
    return [];
  }

  async acceptCatalog(): Answer<'acceptCatalog'> {
    return [];
  }
}
