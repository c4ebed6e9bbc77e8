import { describe, expect, test } from '@jest/globals';
import { Module, type DynamicModule } from '@nestjs/common';
import { configurationText } from '../../src/core/problems/configuration-problem.js';
import { ConfigurationError, MigrationsModule, type MigrationsModuleOptions } from '../../src/index.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { startContext } from './support/application.js';

const db = useEmptyDatabase('misplaced_name');

async function optionsWith(name: unknown): Promise<MigrationsModuleOptions> {
  const directory = await migrationsDirectory({ '1.sql': 'SELECT 1' });
  return { connectionString: db.connectionString, directory, drift: false, name } as MigrationsModuleOptions;
}

describe('a name among the options that a factory returns', () => {
  class Factory {
    createMigrationsOptions(): Promise<MigrationsModuleOptions> {
      return optionsWith('reporting');
    }
  }
  @Module({ providers: [Factory], exports: [Factory] })
  class FactoryModule {}

  const ways: Record<string, DynamicModule> = {
    useFactory: MigrationsModule.forRootAsync({ useFactory: () => optionsWith('reporting') }),
    useClass: MigrationsModule.forRootAsync({ useClass: Factory }),
    useExisting: MigrationsModule.forRootAsync({ imports: [FactoryModule], useExisting: Factory }),
  };

  test.each(Object.entries(ways))('from %s is refused, with the place where it belongs', async (_, module) => {
    const error = await failureOf(startContext({ imports: [module] }), ConfigurationError);
    expect(error.problems.map(configurationText)).toEqual([
      expect.stringMatching(
        /^name: pass it to forRootAsync\(\) next to useFactory, useClass or useExisting, not in the options/,
      ),
    ]);
    expect(error.message).not.toContain('unknown option');
    const { rows } = await db.query(`SELECT to_regclass('shared.schema_migrations') AS history`);
    expect(rows).toEqual([{ history: null }]);
  });

  test('belongs beside the factory, and works there', async () => {
    const module = MigrationsModule.forRootAsync({ name: 'reporting', useFactory: () => optionsWith(undefined) });
    await startContext({ imports: [module] });
    const { rows } = await db.query('SELECT migration_file FROM shared.schema_migrations');
    expect(rows).toEqual([{ migration_file: '1.sql' }]);
  });
});
