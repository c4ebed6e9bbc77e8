import {
  Inject,
  NotFoundException,
  Optional,
  ServiceUnavailableException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { InterruptedError } from '../core/errors/run-errors.js';
import { notReadyBecause } from '../core/tenants/readiness.js';
import type { TenantStanding } from '../core/tenants/standing.js';
import { Fleet } from '../fleet/fleet.js';
import type { KnownStandings } from '../fleet/known-standings.js';
import type { TenantFleet } from './configuration/tenants.js';

/**
 * A guard for requests from tenants. A request from a tenant that lacks migrations of this release is answered
 * with 503, the reason and, over HTTP, `Retry-After`; one from a tenant that is not on the list, with 404. All requests pass without the option
 * `tenants`. Extend the guard, and say to which tenant a request belongs. For a named instance, inject its fleet with
 * `InjectFleet(name)` and pass it on.
 */
export abstract class TenantMigratedGuard implements CanActivate {
  /**
   * Whether a tenant that is behind is migrated on its first request, which waits. Failed migrations are left to a
   * rollout, and so is everything once a rollout of this process has stopped early or the shared files have failed.
   * @default false
   */
  protected readonly migrateOnDemand: boolean = false;
  /** How long to remember that a tenant is behind or not on the list, or that nothing can be read, in ms. @default 2000 */
  protected readonly cacheMs: number = 2_000;

  constructor(@Optional() @Inject(Fleet) private readonly fleet: TenantFleet | undefined) {}

  /** Returns the name of the tenant to which a request belongs; undefined if it belongs to none. */
  protected abstract tenantOf(context: ExecutionContext): string | undefined | Promise<string | undefined>;

  /** @throws ServiceUnavailableException, NotFoundException */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { fleet } = this;
    const name = fleet && (await this.tenantOf(context));
    if (!fleet || name === undefined) return true;
    try {
      return await this.isServed(fleet, name);
    } catch (error) {
      if (error instanceof ServiceUnavailableException) this.setRetryAfter(context);
      throw error;
    }
  }

  private async isServed(fleet: TenantFleet, name: string): Promise<boolean> {
    const found = await this.find(fleet.known, name);
    const reason = notReadyBecause(found);
    if (reason === undefined) return true;
    if (!this.migrateOnDemand || found.state !== 'behind') throw unavailable(name, reason);
    const isDone = await this.migrate(fleet, found);
    if (!isDone) throw unavailable(name, reason);
    return true;
  }

  /** Before that, the answer would be the same. `header()` exists on responses of Express and Fastify. */
  private setRetryAfter(context: ExecutionContext): void {
    if (context.getType() !== 'http') return;
    const response = context.switchToHttp().getResponse<{ header?: (name: string, value: string) => unknown }>();
    response.header?.('Retry-After', String(Math.max(1, Math.ceil(this.cacheMs / 1_000))));
  }

  private async find(states: KnownStandings, name: string): Promise<TenantStanding> {
    const found = await states.of(name, this.cacheMs).catch(() => {
      throw unavailable(name, 'the state of its migrations cannot be read');
    });
    if (!found) throw new NotFoundException(`There is no tenant ${JSON.stringify(name)}`);
    return found;
  }

  /** The events of the run say why it failed. @returns false if that is left to a rollout. */
  private async migrate(fleet: TenantFleet, found: TenantStanding): Promise<boolean> {
    const name = found.tenant;
    try {
      const isDone = await fleet.migrateOnDemand(name);
      if (isDone) fleet.known.settle({ ...found, state: 'current', pending: [], failed: [] });
      return isDone;
    } catch (error) {
      fleet.known.expire(name);
      throw unavailable(name, `its migrations ${error instanceof InterruptedError ? 'were interrupted' : 'failed'}`);
    }
  }
}

function unavailable(name: string, reason: string): ServiceUnavailableException {
  return new ServiceUnavailableException(`The tenant ${name} is not available: ${reason}`);
}
