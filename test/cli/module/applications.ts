/** Applications as a build emits them: compiled, with decorators as calls. Code that must not run prints "STARTED". */

/** Options from the environment, through a global configuration module; other parts that only a start would create. */
export const CONFIGURED = `
import 'reflect-metadata';
import { Controller, Inject, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { ScheduleModule, Cron } from '@nestjs/schedule';
import { MigrationsModule } from 'nestjs-pg-migrations';

console.log('loading the application');

class Jobs {
  constructor() { console.log('STARTED: constructor'); }
  onModuleInit() { console.log('STARTED: onModuleInit'); }
  tick() { console.log('STARTED: job'); }
}
Cron('* * * * * *')(Jobs.prototype, 'tick', Object.getOwnPropertyDescriptor(Jobs.prototype, 'tick'));
class Routes { constructor() { console.log('STARTED: controller'); } }
Controller()(Routes);

class DatabaseModule { constructor() { console.log('STARTED: module'); } }
Module({
  imports: [
    MigrationsModule.forRootAsync({
      inject: [ConfigService],
      useFactory: async (config) => ({
        connectionString: config.getOrThrow('DATABASE_URL'),
        directory: 'sql',
        table: config.get('HISTORY', 'public.done'),
        placeholders: { secret: 'hunter2' },
        timeouts: { read: 7000 },
        drift: { cron: '* * * * * *' },
        health: { cache: 0 },
        onEvent: () => console.log('STARTED: event'),
      }),
    }),
  ],
})(DatabaseModule);

export class AppModule {
  constructor() { console.log('STARTED: AppModule'); }
  onApplicationBootstrap() { console.log('STARTED: onApplicationBootstrap'); }
}
Module({
  imports: [ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true }), ScheduleModule.forRoot(), DatabaseModule],
  providers: [
    Jobs,
    { provide: 'unrelated', useFactory: () => { throw new Error('STARTED: factory'); } },
    { provide: 'unresolvable', inject: ['nowhere'], useFactory: () => {} },
  ],
  controllers: [Routes],
})(AppModule);
`;

/** In CommonJS: a pool of its own module, and an options class with a dependency. */
export const POOLED = `
require('reflect-metadata');
const { Inject, Injectable, Module } = require('@nestjs/common');
const { MigrationsModule } = require('nestjs-pg-migrations');
const { Pool } = require('pg');

class PoolModule {}
Module({
  providers: [{ provide: Pool, useFactory: async () => new Pool({ connectionString: process.env.DATABASE_URL, idleTimeoutMillis: 0 }) }],
  exports: [Pool],
})(PoolModule);

class Options {
  constructor(pool) { this.pool = pool; }
  createMigrationsOptions() { return { pool: this.pool, directory: 'sql', table: 'public.done' }; }
}
Inject(Pool)(Options, undefined, 0);
Injectable()(Options);

class OptionsModule {}
Module({ imports: [PoolModule], providers: [Options], exports: [Options] })(OptionsModule);

class WithClass {}
Module({ imports: [MigrationsModule.forRootAsync({ imports: [PoolModule], useClass: Options })] })(WithClass);
class WithExisting {}
Module({ imports: [MigrationsModule.forRootAsync({ imports: [OptionsModule], useExisting: Options })] })(WithExisting);
module.exports = { WithClass, WithExisting };
`;

/** Two instances, one without a name. */
export const NAMED = `
require('reflect-metadata');
const { Module } = require('@nestjs/common');
const { MigrationsModule } = require('nestjs-pg-migrations');
const options = (table) => ({ connectionString: process.env.DATABASE_URL, directory: 'sql', table });
class AppModule {}
Module({
  imports: [
    MigrationsModule.forRoot(options('public.main')),
    MigrationsModule.forRootAsync({ name: 'audit', useFactory: () => options('public.audit') }),
  ],
})(AppModule);
exports.default = AppModule;
exports.AppModule = AppModule;
`;
