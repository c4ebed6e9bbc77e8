import { describe, expect, test } from '@jest/globals';
import { link, mkdir, rename, rm, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { TIME_STEP_MS } from '../../src/files/sighting.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { COARSE, texts, Watched } from './watched.js';

const LONG_AGO = new Date('2020-01-31T12:00:00Z');
const HOUR_MS = 3_600_000;

describe('a directory that is asked for again', () => {
  test('gives the same set while nothing has changed, and reads nothing', async () => {
    const watched = await Watched.settled({ '1_a.sql': 'A', '2_b.sql': 'B', 'x.sql': '', 'README.md': '' });
    const first = await watched.refresh();
    expect(await watched.refresh()).toBe(first);
    expect(watched.counts.readFile).toBe(0);
  });

  test('gives the same set when a file was only touched, or written as it was', async () => {
    const watched = await Watched.settled({ '1_a.sql': 'A' });
    const first = await watched.refresh();
    await utimes(watched.path('1_a.sql'), new Date(), new Date());
    expect(await watched.refresh()).toBe(first);
    await watched.write('1_a.sql', 'A');
    expect(await watched.refresh()).toBe(first);
    expect(watched.counts.readFile).toBeGreaterThan(0);
  });

  test('keeps the migrations whose files are the same', async () => {
    const watched = await Watched.settled({ '1_a.sql': 'A', '2_b.sql': 'B' });
    const first = await watched.refresh();
    await watched.write('2_b.sql', 'BB');
    const second = await watched.refresh();
    expect(texts(second)).toEqual(['A', 'BB']);
    expect(second.migrations[0]).toBe(first.migrations[0]);
  });

  test.each<[string, (watched: Watched) => Promise<unknown>, string[]]>([
    ['a new file', (watched) => watched.write('3_c.sql', 'C'), ['A', 'B', 'C']],
    ['a file that is gone', (watched) => rm(watched.path('1_a.sql')), ['B']],
    ['a file that is gone while a folder has come', async (watched) => { await rm(watched.path('1_a.sql')); await mkdir(watched.path('folder')); }, ['B']],
    ['a file with another name', (watched) => rename(watched.path('1_a.sql'), watched.path('3_a.sql')), ['B', 'A']],
    ['a file of the same size and times that was moved over another', async (watched) => {
      await watched.write('new', 'X');
      await utimes(watched.path('new'), LONG_AGO, LONG_AGO);
      await rename(watched.path('new'), watched.path('1_a.sql'));
    }, ['X', 'B']],
    ['a hard link to another file', async (watched) => {
      await rm(watched.path('1_a.sql'));
      await link(watched.path('2_b.sql'), watched.path('1_a.sql'));
    }, ['B', 'B']],
    ['a link in place of a file', async (watched) => {
      await rm(watched.path('1_a.sql'));
      await symlink('2_b.sql', watched.path('1_a.sql'));
    }, ['B', 'B']],
    ['a file of the same size whose time was set back', async (watched) => {
      await watched.write('1_a.sql', 'X');
      await utimes(watched.path('1_a.sql'), LONG_AGO, LONG_AGO);
    }, ['X', 'B']],
  ])('notices %s', async (_, change, expected) => {
    const watched = await Watched.settled({ '1_a.sql': 'A', '2_b.sql': 'B' });
    await change(watched);
    expect(texts(await watched.refresh())).toEqual(expected);
  }); // prettier-ignore

  test('notices what has changed in a folder', async () => {
    const watched = await Watched.settled({ 'a/1_a.sql': 'A', 'a/b/2_b.sql': 'B' }, { recursive: true });
    expect(texts(await watched.refresh())).toEqual(['A', 'B']);
    await watched.write('a/b/3_c.sql', 'C');
    expect(texts(await watched.refresh())).toEqual(['A', 'B', 'C']);
    await rename(watched.path('a/b'), watched.path('a/c'));
    expect((await watched.refresh()).migrations.map(({ file }) => file)).toEqual([
      'a/1_a.sql',
      'a/c/2_b.sql',
      'a/c/3_c.sql',
    ]);
    await watched.write('a/1_a.sql', 'AA');
    expect(texts(await watched.refresh())).toEqual(['AA', 'B', 'C']);
    await rm(watched.path('a'), { recursive: true });
    expect(texts(await watched.refresh())).toEqual([]);
  });

  test('notices that a folder became a migration of another tool', async () => {
    const watched = await Watched.settled({ '1_a.sql': 'A', 'folder/x.txt': '' });
    expect((await watched.refresh()).unusable).toEqual([]);
    await watched.write('folder/migration.sql', 'P');
    expect((await watched.refresh()).unusable).toMatchObject([{ file: 'folder/' }]);
  });

  test('follows the links of a Kubernetes config map when they are swapped', async () => {
    const watched = await Watched.with({
      '..1/1_a.sql': 'A',
      '..2/1_a.sql': 'X',
      '..3/1_a.sql': 'Y',
      '..3/2_b.sql': 'Z',
    });
    await symlink('..1', watched.path('..data'));
    await symlink('..data/1_a.sql', watched.path('1_a.sql'));
    const swap = async (target: string): Promise<void> => {
      await symlink(target, watched.path('..data_tmp'));
      await rename(watched.path('..data_tmp'), watched.path('..data'));
    };
    expect(texts(await watched.refresh())).toEqual(['A']);
    await swap('..2');
    expect(texts(await watched.refresh())).toEqual(['X']);
    watched.wait(HOUR_MS);
    await watched.refresh();
    await swap('..3');
    await symlink('..data/2_b.sql', watched.path('2_b.sql'));
    expect(texts(await watched.refresh())).toEqual(['Y', 'Z']);
  });

  test('refuses a link that was turned to the same file outside', async () => {
    const outside = await migrationsDirectory({});
    const watched = await Watched.with({ real: 'A' });
    await symlink('real', watched.path('1_a.sql'));
    await link(watched.path('real'), join(outside, 'real'));
    watched.wait(HOUR_MS);
    expect(texts(await watched.refresh())).toEqual(['A']);
    await rm(watched.path('1_a.sql'));
    await symlink(join(outside, 'real'), watched.path('1_a.sql'));
    expect(await watched.refresh()).toMatchObject({ migrations: [], unusable: [{ file: '1_a.sql' }] });
  });

  test('tries again to read each file that it could not read', async () => {
    const watched = await Watched.settled({ '1_a.sql': 'A' });
    await symlink('nowhere', watched.path('2_b.sql'));
    expect((await watched.refresh()).unusable).toMatchObject([{ file: '2_b.sql' }]);
    await watched.write('nowhere', 'B');
    expect(texts(await watched.refresh())).toEqual(['A', 'B']);
  });

  test('refuses a link to the outside that replaced a file without changing the timestamps of the folder', async () => {
    const outside = await migrationsDirectory({ 'x.sql': 'X' });
    const watched = await Watched.settled({ '1_a.sql': 'A' }, COARSE);
    await rm(watched.path('1_a.sql'));
    await symlink(join(outside, 'x.sql'), watched.path('1_a.sql'));
    expect(await watched.refresh()).toMatchObject({ migrations: [], unusable: [{ file: '1_a.sql' }] });
  });

  test('answers concurrent callers one after another', async () => {
    const watched = await Watched.with({ '1_a.sql': 'A' });
    const [first, second] = await Promise.all([watched.refresh(), watched.refresh()]);
    expect(second).toBe(first);
  });
});

describe('timestamps that are too new prove nothing', () => {
  test('a file that was changed again in the same step is read again', async () => {
    const watched = await Watched.with({ '1_a.sql': 'A' }, COARSE);
    expect(texts(await watched.refresh())).toEqual(['A']);
    await watched.write('1_a.sql', 'B');
    expect(texts(await watched.refresh())).toEqual(['B']);
  });

  test('a file that appeared in the same step is found', async () => {
    const watched = await Watched.with({ '1_a.sql': 'A' }, COARSE);
    await watched.refresh();
    await watched.write('2_b.sql', 'B');
    expect(texts(await watched.refresh())).toEqual(['A', 'B']);
  });

  test('until they have been the same for longer than a step', async () => {
    const watched = await Watched.with({ '1_a.sql': 'A' });
    await watched.refresh();
    for (const [ms, reads] of [[0, 1], [TIME_STEP_MS, 1], [1, 1], [0, 0], [HOUR_MS, 0]] as const) {
      watched.wait(ms);
      watched.reset();
      await watched.refresh();
      expect([ms, watched.counts.readFile]).toEqual([ms, reads]);
    }
  }); // prettier-ignore

  test.each([
    ['ahead of ours', HOUR_MS],
    ['behind ours', -HOUR_MS],
  ])('even if the clock of the file system is %s', async (_, skewMs) => {
    const watched = await Watched.settled({ '1_a.sql': 'A' }, { skewMs, ...COARSE });
    expect(watched.counts.readFile).toBe(0);
    await watched.write('2_b.sql', 'B');
    watched.wait(1);
    await rm(watched.path('1_a.sql'));
    await watched.write('1_a.sql', 'AA');
    expect(texts(await watched.refresh())).toEqual(['AA', 'B']);
    await watched.write('2_b.sql', 'C');
    expect(texts(await watched.refresh())).toEqual(['AA', 'C']);
  });

  test('and old times of files that were there at first do: nothing is read twice', async () => {
    const watched = await Watched.with({ '1_a.sql': 'A' });
    watched.wait(HOUR_MS);
    await watched.refresh();
    watched.reset();
    await watched.refresh();
    expect(watched.counts.readFile).toBe(0);
  });
});
