import { describe, expect, test } from '@jest/globals';
import { withModuleImport } from '../../../src/schematics/edit/add-to-module.js';

const changed = (metadata: string): string | undefined => withModuleImport(`@Module(${metadata})\nclass A {}\n`, 'X');
const module = (metadata: string): string => `@Module(${metadata})\nclass A {}\n`;

describe('the imports of a module', () => {
  test.each([
    ['an empty list', '{\n  imports: [],\n}', '{\n  imports: [\n    X,\n  ],\n}'],
    [
      'a list on one line',
      '{\n  imports: [A, B.forRoot({ a: [1, 2] })],\n}',
      '{\n  imports: [\n    A,\n    B.forRoot({ a: [1, 2] }),\n    X,\n  ],\n}',
    ],
    [
      'a list on several lines',
      '{\n  imports: [\n    A,\n    B,\n  ],\n}',
      '{\n  imports: [\n    A,\n    B,\n    X,\n  ],\n}',
    ],
    [
      'a list without a last comma',
      '{\n  imports: [\n    A,\n    B\n  ]\n}',
      '{\n  imports: [\n    A,\n    B,\n    X,\n  ]\n}',
    ],
    [
      'a comment after the last element',
      '{\n  imports: [\n    A, // a, b\n  ],\n}',
      '{\n  imports: [\n    A, // a, b\n    X,\n  ],\n}',
    ],
    [
      'a comment on its own line',
      '{\n  imports: [\n    A,\n    // B,\n  ],\n}',
      '{\n  imports: [\n    A,\n    // B,\n    X,\n  ],\n}',
    ],
    ['no list', '{\n  providers: [S],\n}', '{\n  imports: [\n    X,\n  ],\n  providers: [S],\n}'],
    ['no property', '{}', '{\n  imports: [\n    X,\n  ],\n}'],
    ['spread elements', '{\n  imports: [...all],\n}', '{\n  imports: [\n    ...all,\n    X,\n  ],\n}'],
    ['tabs', '{\n\timports: [A],\n}', '{\n\timports: [\n\t\tA,\n\t\tX,\n\t],\n}'],
    [
      'another property of that name',
      '{\n  a: { imports: [B] },\n  imports: [A],\n}',
      '{\n  a: { imports: [B] },\n  imports: [\n    A,\n    X,\n  ],\n}',
    ],
    [
      'brackets in strings',
      '{\n  a: "]}",\n  imports: [f("]")],\n}',
      '{\n  a: "]}",\n  imports: [\n    f("]"),\n    X,\n  ],\n}',
    ],
  ])('with %s', (_, before, after) => {
    expect(changed(before)).toBe(module(after));
  });

  test.each([
    ['metadata elsewhere', 'metadata'],
    ['a list elsewhere', '{ imports: all }'],
    ['a short property', '{ imports, providers: [] }'],
    ['a list that is not all', '{ imports: [A].concat(b) }'],
    ['properties from elsewhere', '{ ...base }'],
    ['a call', 'merge({ imports: [] })'],
    ['more than an object', '{ imports: [] } as ModuleMetadata'],
  ])('are not changed with %s', (_, metadata) => {
    expect(changed(metadata)).toBeUndefined();
  });

  test('are not changed where there are two modules, or none', () => {
    expect(withModuleImport(module('{}') + module('{}'), 'X')).toBeUndefined();
    expect(withModuleImport('// @Module({})\nconst a = "@Module({})";', 'X')).toBeUndefined();
  });
});
