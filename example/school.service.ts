import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { MigrationsService } from 'nestjs-pg-migrations';

/** Anything of the application may ask about migrations; when this hook is called, they have been applied. */
@Injectable()
export class SchoolService implements OnModuleInit {
  private readonly logger = new Logger('School');

  constructor(@Inject(MigrationsService) private readonly migrations: MigrationsService) {}

  async onModuleInit(): Promise<void> {
    const { summary } = await this.migrations.status();
    this.logger.log(`${summary.applied} migrations applied, the newest is ${summary.newestApplied ?? 'none'}`);
  }
}
