import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TerminusModule } from '@nestjs/terminus';
import { MigrationsModule } from 'nestjs-pg-migrations';
import { HealthController } from './health.controller.js';
import { LoudChannel } from './loud-channel.js';
import { SchoolService } from './school.service.js';

export interface AppSettings {
  readonly connectionString: string;
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
        MigrationsModule.forRoot({ connectionString, directory, drift: { cron: '*/15 * * * * *' } }),
      ],
      controllers: [HealthController],
      providers: [SchoolService, LoudChannel],
    };
  }
}
