import { describe, expect, test } from '@jest/globals';
import { rename, rm } from 'node:fs/promises';
import { FOLDER_LOOKS, LOOKS } from '../../src/files/known-directory.js';
import { TIME_STEP_MS } from '../../src/files/sighting.js';
import { COARSE, texts, Watched } from './watched.js';

const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${10_000 + i}_a.sql`, `SELECT ${i}`]));

describe('a directory of many files', () => {
  const COUNT = 3 * LOOKS;

  test('costs a few stat calls at a time, and no reads, once its files are settled', async () => {
    const watched = await Watched.settled(many(COUNT));
    for (let i = 0; i < 7; i++) {
      watched.reset();
      await watched.refresh();
      expect(watched.counts.readFile).toBe(0);
      expect(watched.counts.stat).toBeLessThanOrEqual(LOOKS + 2);
    }
  });

  test('shows an edit in place after a round of turns at the latest', async () => {
    const watched = await Watched.settled(many(COUNT));
    await Promise.all(Object.keys(many(COUNT)).map((name) => watched.write(name, 'edited')));
    for (let i = 0; i < COUNT / LOOKS; i++) {
      const edited = texts(await watched.refresh()).filter((text) => text === 'edited').length;
      expect(edited).toBe((i + 1) * LOOKS);
    }
  });

  test('shows what was added, removed or replaced at once', async () => {
    const watched = await Watched.settled(many(COUNT));
    await rm(watched.path('10000_a.sql'));
    await watched.write('new', 'replaced');
    await rename(watched.path('new'), watched.path(`${10_000 + COUNT - 1}_a.sql`));
    await watched.write('99999_a.sql', 'added');
    const seen = texts(await watched.refresh());
    expect(seen).toHaveLength(COUNT);
    expect(seen.slice(-2)).toEqual(['replaced', 'added']);
    expect(seen[0]).toBe('SELECT 1');
  });

  test('shows at once what was added just after the directory was listed', async () => {
    const watched = await Watched.with(many(COUNT), COARSE);
    await watched.refresh();
    await watched.write('99999_a.sql', 'added');
    expect(texts(await watched.refresh()).at(-1)).toBe('added');
  });

  test('shows what was added to one of its first folders at once, and to others after a round of turns', async () => {
    const inFolders = Object.entries(many(COUNT)).map(([name, text], i) => [
      `${100 + (i % (FOLDER_LOOKS + 2))}/${name}`,
      text,
    ]);
    const watched = await Watched.settled(Object.fromEntries(inFolders), { recursive: true });
    await watched.write('100/99998_a.sql', 'added');
    expect(texts(await watched.refresh()).at(-1)).toBe('added');
    watched.wait(TIME_STEP_MS + 1);
    await watched.refresh();
    await watched.write(`${100 + FOLDER_LOOKS + 1}/99999_a.sql`, 'added too');
    const newest: (string | undefined)[] = [];
    for (let i = 0; i <= COUNT / LOOKS; i++) newest.push(texts(await watched.refresh()).at(-1));
    expect([newest[0], newest.at(-1)]).toEqual(['added', 'added too']);
  });

  test('shows what was replaced in any folder when a round of turns ends, which lists all of them', async () => {
    const inFolders = Object.entries(many(2 * LOOKS)).map(([name, text], i) => [`${100 + i}/${name}`, text]);
    const watched = await Watched.settled(Object.fromEntries(inFolders), { recursive: true });
    for (watched.reset(); watched.counts.readdir === 0;) await watched.refresh();
    await watched.refresh(); // the first half
    const replaced = FOLDER_LOOKS + 1;
    const folder = String(100 + replaced);
    await watched.write(`${folder}/new`, 'replaced');
    await rename(watched.path(`${folder}/new`), watched.path(`${folder}/${10_000 + replaced}_a.sql`));
    expect(texts(await watched.refresh())[replaced]).toBe('replaced');
  });

  test('shows new files after a round of turns on a file system that maintains no folder timestamps', async () => {
    const watched = await Watched.settled(many(COUNT), COARSE);
    await watched.write('99999_a.sql', 'added');
    const counts: number[] = [];
    for (let i = 0; i <= COUNT / LOOKS; i++) counts.push((await watched.refresh()).migrations.length);
    expect(counts.at(-1)).toBe(COUNT + 1);
  });
});
