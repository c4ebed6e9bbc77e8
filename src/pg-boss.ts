/**
 * `nestjs-pg-migrations/pg-boss`: rollouts over tenants as jobs of pg-boss, for more than one process.
 */
export { pgBoss, type PgBossOptions } from './pg-boss/engine.js';
