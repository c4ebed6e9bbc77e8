import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/cli/program.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { useMigrations } from '../support/migrator/use-migrations.js';
import type { Loaded } from './loaded-modules.js';
import { findDifferences, readRecorded } from './recorded.js';
import { FILES, measureLoaded } from './workloads.js';

describe('what is loaded', () => {
  const db = useEmptyDatabase('loaded');
  const migrations = useMigrations(FILES);

  test('is what loaded-modules.json records', async () => {
    const differences = findDifferences(
      await readRecorded(),
      await measureLoaded(db.connectionString, migrations.directory),
    );
    const remedy = 'If this is meant, run "npm run counts:update" and commit test/package/loaded-modules.json.';
    expect(differences.length > 0 ? [...differences, remedy] : []).toEqual([]);
  });

  test('is recorded for every command', async () => {
    const recorded = Object.keys(await readRecorded());
    for (const { name } of COMMANDS)
      expect(recorded).toContainEqual(expect.stringMatching(new RegExp(`^nest-migrations ${name}\\b`)));
  });
});

describe('a difference', () => {
  const loaded: Loaded = { installed: { pg: 12 }, bundled: { commander: 6 }, kilobytes: 100 };

  test.each<[string, Partial<Loaded>, string[]]>([
    ['is none when all is as recorded', {}, []],
    ['is one more module', { installed: { pg: 13 } }, ['13 installed modules of pg, recorded 12']],
    ['is one module less', { installed: { pg: 11 } }, ['11 installed modules of pg, recorded 12']],
    ['is a new package', { installed: { pg: 12, zod: 95 } }, ['95 installed modules of zod, recorded 0']],
    ['is a package that has gone', { installed: {} }, ['0 installed modules of pg, recorded 12']],
    ['is a package in the bundle', { bundled: { commander: 6, zod: 95 } }, ['95 bundled modules of zod, recorded 0']],
    ['is a bundled package that has gone', { bundled: {} }, ['0 bundled modules of commander, recorded 6']],
    ['is not a tenth more of our own code', { kilobytes: 110 }, []],
    ['is more than that', { kilobytes: 111 }, ['111 kB of our own, recorded 100']],
    ['is much less', { kilobytes: 50 }, ['50 kB of our own, recorded 100']],
  ])('%s', (_, change, differences) => {
    const measured = { start: { ...loaded, ...change } };
    expect(findDifferences({ start: loaded }, measured)).toEqual(differences.map((line) => `start: ${line}`));
  });

  test('is a workload that is not recorded, or no longer measured', () => {
    expect(findDifferences({ old: loaded }, { new: loaded })).toEqual(['old: not measured', 'new: not recorded']);
  });
});
