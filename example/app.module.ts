import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TerminusModule } from '@nestjs/terminus';
import { MigrationsModule } from 'nestjs-pg-migrations';
import { migrationTelemetry } from 'nestjs-pg-migrations/otel';
import { HealthController } from './health.controller.js';
import { LoudChannel } from './loud-channel.js';
import { MetricsController } from './metrics.controller.js';
import { SchoolService } from './school.service.js';
import { meterProvider } from './telemetry.js';

export interface AppSettings {
  readonly connectionString: string | undefined;
  readonly directory: string;
}

@Module({})
export class AppModule {
  static with({ connectionString, directory }: AppSettings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ScheduleModule.forRoot(),
        TerminusModule,
        MigrationsModule.forRoot({
          connectionString,
          directory,
          drift: { cron: '*/15 * * * * *' },
          onEvent: migrationTelemetry({ meterProvider }),
        }),
      ],
      controllers: [HealthController, MetricsController],
      providers: [SchoolService, LoudChannel],
    };
  }
}
