import {
  Inject,
  NotFoundException,
  Optional,
  ServiceUnavailableException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { notReadyBecause } from '../core/tenants/readiness.js';
import type { TenantStanding } from '../core/tenants/standing.js';
import { Fleet } from '../fleet/fleet.js';
import { KnownStandings } from '../fleet/known-standings.js';
import type { TenantFleet } from './configuration/tenants.js';

/**
 * A guard for requests of tenants. A request of a tenant whose migrations of this release are not applied is answered
 * with 503 and the reason; one of a tenant that is not on the list, with 404. Everything is up to date without the option
 * `tenants`. Extend it, and say to which tenant a request belongs. For a named instance, inject its fleet with
 * `InjectFleet(name)` and pass it on.
 */
export abstract class TenantMigratedGuard implements CanActivate {
  /**
   * Whether a tenant that is behind is migrated on its first request, which waits for that. What has failed is left to a
   * rollout.
   * @default false
   */
  protected readonly migrateOnDemand: boolean = false;
  /** How long it is remembered that a tenant is behind or not on the list, in ms. @default 2000 */
  protected readonly cacheMs: number = 2_000;
  private readonly known: KnownStandings;
  private readonly migrating = new Map<string, Promise<void>>();

  constructor(@Optional() @Inject(Fleet) private readonly fleet: TenantFleet | undefined) {
    this.known = new KnownStandings(async () => (await fleet?.status())?.tenants ?? []);
  }

  /** Returns the name of the tenant to which a request belongs; undefined if it belongs to none. */
  protected abstract tenantOf(context: ExecutionContext): string | undefined | Promise<string | undefined>;

  /** @throws ServiceUnavailableException, NotFoundException */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const name = this.fleet && (await this.tenantOf(context));
    if (name === undefined) return true;
    const found = await this.find(name);
    const reason = notReadyBecause(found);
    if (reason === undefined) return true;
    if (!this.migrateOnDemand || found.state !== 'behind') throw unavailable(name, reason);
    await this.migrate(name);
    const left = notReadyBecause(await this.find(name));
    if (left !== undefined) throw unavailable(name, left);
    return true;
  }

  private async find(name: string): Promise<TenantStanding> {
    const found = await this.known.of(name, this.cacheMs).catch(() => {
      throw unavailable(name, 'the state of its migrations cannot be read');
    });
    if (!found) throw new NotFoundException(`There is no tenant ${JSON.stringify(name)}`);
    return found;
  }

  /** Requests of one tenant share a run. Its events say why it failed. */
  private migrate(name: string): Promise<void> {
    const running = this.migrating.get(name) ?? this.start(name);
    this.migrating.set(name, running);
    return running;
  }

  private async start(name: string): Promise<void> {
    try {
      await (await this.fleet?.tenant(name))?.migrate();
    } catch {
      throw unavailable(name, 'its migrations failed');
    } finally {
      this.migrating.delete(name);
      this.known.forget();
    }
  }
}

function unavailable(name: string, reason: string): ServiceUnavailableException {
  return new ServiceUnavailableException(`The tenant ${name} is not available: ${reason}`);
}
