import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FOREIGN_HISTORIES, historiesOf } from '../../../src/core/tools/foreign-tools.js';
import { FOREIGN_TOOLS, LAYOUT_NAMES } from '../../../src/core/tools/names.js';
import { byVersion } from '../../../src/core/tools/history.js';
import { folderLayoutProblem, layoutsOf } from '../../../src/core/tools/layouts.js';
import {
  isNoTransactionDirective,
  TOOLS,
  undoSectionProblem,
  versionedName,
} from '../../../src/core/tools/registry.js';
import type { FileProblem, FileProblemReason } from '../../../src/core/problems/file-problem.js';
import type { ToolDefinition } from '../../../src/core/tools/tool.js';
import { repositoryRoot } from '../../support/programs/process.js';

const DOWN = /^-- backward\b/i;
const acme: ToolDefinition = {
  name: 'acme',
  layout: {
    migrationFile: /^M\d+-.*\.sql$/,
    form: 'M<version>-<name>.sql',
    nested: true,
    sections: { up: /^-- forward\b/, down: DOWN, written: '-- forward' },
  },
  history: {
    table: 'acme_history',
    columns: ['v'],
    orderBy: 'v',
    applied: (rows) => rows.map((row) => byVersion(row['v'], null)),
  },
  noTransaction: /^acme: alone$/,
  undoFile: /^W\d/,
  undoSection: DOWN,
  repeatableFile: /^AGAIN-/,
  versionFirst: (name) => name.replace(/^M(?=\d)/, ''),
};
const foldery: ToolDefinition = { name: 'foldery', layout: { fileInFolder: 'run.sql' } };
const tools = [acme, foldery];

/** A role with a problem. */
const problem = (reason: FileProblemReason, rest: Partial<FileProblem> = {}): unknown => ({
  problem: { reason, ...rest },
});

describe('a definition is all that a new tool needs', () => {
  const { plain, acme: layout, foldery: inFolders, ...others } = layoutsOf(tools);

  test('for its layout', () => {
    expect(others).toEqual({});
    expect(layout?.nested).toBe(true);
    expect(layout?.role('a/M1-x.sql')).toBe('migration');
    expect(layout?.role('W1-x.sql')).toBe('ignored');
    expect(layout?.role('AGAIN-x.sql')).toEqual(problem('repeatable'));
    expect(layout?.role('1_x.sql')).toEqual(problem('wrong-form', { value: 'M<version>-<name>.sql' }));
    expect(layout?.section('-- forward\nA;\n-- backward\nB;')).toBe('-- forward\nA;\n           \n  ');
    expect(inFolders?.nested).toBe(true);
    expect(inFolders?.role('1_x/run.sql')).toBe('migration');
    expect(inFolders?.role('x/run.sql')).toEqual(problem('folder-without-number'));
    expect(inFolders?.role('1_x/other.sql')).toBe('ignored');
  });

  test('for its files to be recognized in the plain layout', () => {
    expect(plain?.role('1_x.sql')).toBe('migration');
    expect(plain?.role('M1-x.sql')).toEqual(problem('other-layout', { value: 'acme', layouts: ['acme'] }));
    expect(plain?.role('W1-x.sql')).toEqual(problem('undo-migration', { layouts: ['acme'] }));
    expect(plain?.role('AGAIN-x.sql')).toEqual(problem('repeatable'));
    expect(plain?.role('1_x/run.sql')).toEqual(problem('folder-of-its-own', { layouts: ['foldery'] }));
    expect(folderLayoutProblem('1_x/run.sql', tools)?.layouts).toEqual(['foldery']);
    expect(folderLayoutProblem('1_x/migration.sql', tools)).toBeUndefined();
  });

  test('for its history to be imported', () => {
    const histories = historiesOf(tools);
    expect(Object.keys(histories)).toEqual(['acme']);
    expect(histories['acme']?.applied([{ v: '7' }])).toEqual([{ label: 'version 7', version: '7', appliedAt: null }]);
  });

  test('for its directive', () => {
    expect(isNoTransactionDirective('acme: alone', tools)).toBe(true);
    expect(isNoTransactionDirective('+goose NO TRANSACTION', tools)).toBe(false);
  });

  test('for its undo sections to be refused', () => {
    expect(undoSectionProblem('--- Backward', tools)).toEqual({
      reason: 'undo-section',
      value: '-- Backward',
      layouts: ['acme'],
    });
    expect(undoSectionProblem('-- +goose Down', tools)).toBeUndefined();
  });

  test.each([
    ['a/M12-x.sql', '12-x.sql'],
    ['a/3_x/run.sql', '3_x'],
    ['run.sql', 'run.sql'],
    ['a/V1__x.sql', 'V1__x.sql'],
  ])('for its versions to be found: %s', (file, name) => {
    expect(versionedName(file, tools)).toBe(name);
  });
});

test('no two tools share a name or a file in folders', () => {
  const names = TOOLS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const files = TOOLS.flatMap((tool) =>
    'layout' in tool && 'fileInFolder' in tool.layout ? [tool.layout.fileInFolder] : [],
  );
  expect(files.length).toBeGreaterThan(1);
  expect(new Set<string>(files).size).toBe(files.length);
});

const page = (name: string): string => readFileSync(path.join(repositoryRoot, 'docs', name), 'utf8');

describe('the documentation lists every tool, and no other', () => {
  test('with a layout', () => {
    const [, table = ''] = /^\| `layout` \|.*\n\|[-|]+\n((?:\|.*\n)+)/m.exec(page('layouts.md')) ?? [];
    const documented = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => String(name));
    expect(documented.toSorted()).toEqual(LAYOUT_NAMES.toSorted());
  });

  test('with a history, and its table', () => {
    const sections = page('import.md').split(/^## /m).slice(1);
    const documented = sections.map((section) => {
      const [, heading = '', table] = /^(.+)\n[^]*?\| table \| `([^`]+)`/.exec(section) ?? [];
      return `${heading.toLowerCase()}: ${table}`;
    });
    const known = FOREIGN_TOOLS.map((name) => `${name}: ${FOREIGN_HISTORIES[name].table}`);
    expect(documented.toSorted()).toEqual(known.toSorted());
  });
});
