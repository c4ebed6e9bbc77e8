import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TerminusModule } from '@nestjs/terminus';
import { MigrationsModule } from 'nestjs-pg-migrations';
import { HealthController } from './health.controller.js';
import { TickService } from './tick.service.js';

@Module({
  imports: [
    ScheduleModule.forRoot(),
    TerminusModule,
    MigrationsModule.forRoot({ connectionString: process.env['DATABASE_URL'], directory: 'migrations' }),
  ],
  controllers: [HealthController],
  providers: [TickService],
})
export class AppModule {}
