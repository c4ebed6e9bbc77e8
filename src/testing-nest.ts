/**
 * `nestjs-pg-migrations/testing/nest`: the module without a database.
 */
export { FakeMigrationsService } from './nest/testing/fake-migrations.service.js';
export { MigrationsTestingModule, type MigrationsTestingOptions } from './nest/testing/migrations-testing.module.js';
