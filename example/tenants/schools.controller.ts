import { Body, Controller, Get, Inject, Post } from '@nestjs/common';
import { Fleet, type TenantFleet } from 'nestjs-pg-migrations';
import pg from 'pg';
import { schemaOf, schoolName } from './school-name.js';

@Controller('schools')
export class SchoolsController {
  constructor(
    @Inject(Fleet) private readonly fleet: TenantFleet,
    @Inject(pg.Pool) private readonly pool: pg.Pool,
  ) {}

  /** Creates the schema of a school with all its tables. After a failure, send the same request again. */
  @Post()
  async open(@Body() body: { name?: unknown }): Promise<{ name: string; applied: readonly string[] }> {
    const name = schoolName(body.name);
    const schema = schemaOf(name);
    const { applied } = await this.fleet.provision({ name, schema });
    await this.pool.query('INSERT INTO schools VALUES ($1, $2) ON CONFLICT DO NOTHING', [name, schema]);
    return { name, applied };
  }

  @Get()
  async all(): Promise<{ name: string; state: string }[]> {
    const { tenants } = await this.fleet.status();
    return tenants.map(({ tenant, state }) => ({ name: tenant, state }));
  }
}
