import { expect, test } from '@jest/globals';
import { MigrationsService } from '../../src/nest/migrations.service.js';
import { codeBlocks } from '../support/files/code-blocks.js';

test('docs/service.md shows every method of the service, and none that does not exist', () => {
  const code = codeBlocks('docs/service.md', 'ts').join('');
  const shown = [...code.matchAll(/this\.migrations\.(\w+)\(/g)].map(([, name = '']) => name);
  const methods = Object.getOwnPropertyNames(MigrationsService.prototype).filter((name) => name !== 'constructor');
  expect([...new Set(shown)].toSorted()).toEqual(methods.toSorted());
});
