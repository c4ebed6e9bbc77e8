import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';

/** The application's own connections. Migrations use others. */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  static with(connectionString: string | undefined): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [{ provide: pg.Pool, useFactory: () => new pg.Pool({ connectionString }) }],
      exports: [pg.Pool],
    };
  }

  constructor(@Inject(pg.Pool) private readonly pool: pg.Pool) {}

  onApplicationShutdown(): Promise<void> {
    return this.pool.end();
  }
}
