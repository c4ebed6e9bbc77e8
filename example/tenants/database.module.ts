import { Inject, Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';

/** The application's own connections. Migrations use others. */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  static with(connectionString: string | undefined): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [{ provide: pg.Pool, useFactory: () => poolOf(connectionString) }],
      exports: [pg.Pool],
    };
  }

  constructor(@Inject(pg.Pool) private readonly pool: pg.Pool) {}

  onApplicationShutdown(): Promise<void> {
    return this.pool.end();
  }
}

function poolOf(connectionString: string | undefined): pg.Pool {
  const pool = new pg.Pool({ connectionString });
  // Without a listener, a restart of the server would end the process. The pool replaces the connection.
  pool.on('error', ({ message }) => Logger.warn(`An idle connection was lost: ${message}`, DatabaseModule.name));
  return pool;
}
