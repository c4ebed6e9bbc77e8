import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TerminusModule } from '@nestjs/terminus';
import { MigrationsModule } from 'nestjs-pg-migrations';
import { HealthController } from '../health.controller.js';
import { CoursesController } from './courses.controller.js';
import { DatabaseModule } from './database.module.js';
import { SchoolGuard } from './school.guard.js';
import { SchoolsController } from './schools.controller.js';

export interface AppSettings {
  readonly connectionString: string | undefined;
  /** The folder of the shared files. Its sub-folder `tenants` has those that each school gets. */
  readonly directory: string;
}

@Module({})
export class AppModule {
  static with({ connectionString, directory }: AppSettings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        DatabaseModule.with(connectionString),
        ScheduleModule.forRoot(),
        TerminusModule,
        MigrationsModule.forRoot({
          connectionString,
          directory,
          tenants: {
            directory: join(directory, 'tenants'),
            list: 'SELECT name, schema_name AS schema FROM schools ORDER BY name',
            // The application starts as long as fewer schools than this fail. They answer 503.
            rollout: { stopAfter: 10 },
          },
          health: { tenants: { tolerated: '50%' } },
        }),
      ],
      controllers: [SchoolsController, CoursesController, HealthController],
      providers: [SchoolGuard],
    };
  }
}
