import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../support/programs/process.js';
import { sourceFiles } from './imports.js';
import { functionLengths, nestings, parse, sqlstates, undocumented, wallClocks } from './shape.js';

const LONGEST_FUNCTION = 45;
const DEEPEST_NESTING = 3;
const SQLSTATES = 'src/core/errors/sqlstate.ts';
/** Files that compare file timestamps with the clock that set them. */
const FILE_TIMES = ['src/files/known-directory.ts', 'src/testing/embedded/abandoned.ts'];

const files = sourceFiles(repositoryRoot, 'src').map((file) =>
  parse(file, readFileSync(path.join(repositoryRoot, file), 'utf8')),
);

/** Places above a limit, one per line. */
const above = (limit: number, measure: typeof nestings): string[] =>
  files.flatMap(measure).flatMap(({ place, size }) => (size > limit ? [`${place}: ${size}`] : []));

describe('the sources', () => {
  test(`have no function above ${LONGEST_FUNCTION} lines`, () => {
    expect(above(LONGEST_FUNCTION, functionLengths)).toEqual([]);
  });

  test(`are nested ${DEEPEST_NESTING} levels deep at most`, () => {
    expect(above(DEEPEST_NESTING, nestings)).toEqual([]);
  });

  test('name SQLSTATEs in one file only', () => {
    const places = above(0, sqlstates);
    expect(places.some((place) => place.startsWith(`${SQLSTATES}:`))).toBe(true);
    expect(places.filter((place) => !place.startsWith(`${SQLSTATES}:`))).toEqual([]);
  });

  test('measure durations with the monotonic clock: the wall clock may be set back', () => {
    const places = above(0, wallClocks);
    expect(places).toEqual(FILE_TIMES.map((file) => expect.stringContaining(`${file}:`)));
  });

  test('have a doc comment for everything that they export, except the rules of lint, which document themselves', () => {
    const places = above(0, undocumented);
    expect(places.filter((place) => !place.startsWith('src/core/lint/rules/'))).toEqual([]);
  });
});

describe('the measures', () => {
  const source = parse(
    'x.ts',
    `
    function f(a) {
      for (const b of a) {
        if (b) {
          b.map((c) => {
            while (c) go();
          });
        } else if (a) {
          go();
        }
      }
    }
    const g = () => 1;
    const state = '42P01';
    const number = '12345678';
    export const shown = 1;
    Date.now();
    /** Told. */
    export const told = 2;
  `,
  );

  test('count the lines of each function', () => {
    expect(functionLengths(source).map(({ place, size }) => [place, size])).toEqual([
      ['x.ts:2', 11],
      ['x.ts:5', 3],
      ['x.ts:13', 1],
    ]);
  });

  test('count the levels, through callbacks too', () => {
    expect(nestings(source).map(({ place, size }) => [place, size])).toEqual([
      ['x.ts:3', 1],
      ['x.ts:4', 2],
      ['x.ts:6', 3],
    ]);
  });

  test('detect an export without a doc comment', () => {
    expect(undocumented(source)).toEqual([{ place: 'x.ts:16', size: 1 }]);
  });

  test('detect the wall clock', () => {
    expect(wallClocks(source)).toEqual([{ place: 'x.ts:17', size: 1 }]);
  });

  test('detect a SQLSTATE', () => {
    expect(sqlstates(source)).toEqual([{ place: 'x.ts:14', size: 1 }]);
  });
});
