import { expect, test } from '@jest/globals';
import { createRequire } from 'node:module';
import { ConfigurationError, InterruptedError, MigrationError, RefusedError } from '../../src/migrator.js';
import { portable, revived } from '../../src/core/tenants/portable-error.js';
import { failureOf } from '../support/jest/failure-of.js';

type Library = typeof import('../../src/migrator.js');

/** The command line and an application each have a copy, and so have the two formats of the package. */
const copy = createRequire(import.meta.url)('../../dist/cjs/migrator.js') as Library;

test('errors of another copy of the library are instances of the same classes, and of no others', async () => {
  const error = await failureOf(
    Promise.resolve().then(() => copy.createFleet({ lokc: 'off' } as never)),
    Error,
  );
  expect(Object.getPrototypeOf(error)).not.toBe(ConfigurationError.prototype);
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(error).toBeInstanceOf(MigrationError);
  expect(error).not.toBeInstanceOf(RefusedError);
  expect(error).not.toBeInstanceOf(InterruptedError);
  const again = revived(portable(error));
  expect(again.message).toBe(error.message);
  expect(again).toHaveProperty('problems', (error as ConfigurationError).problems);
  expect(again).toBeInstanceOf(copy.ConfigurationError);
});

const namesake = { ConfigurationError: class extends Error {} };

test.each([
  ['an error of the same name', Object.assign(new Error('no'), { name: 'ConfigurationError' })],
  ['an error of a class of the same name', new namesake.ConfigurationError('no')],
  ['a text', 'ConfigurationError'],
  ['nothing', undefined],
  ['an object without a constructor', Object.create(Object.create(null) as object) as object],
])('%s is not', (_, value) => {
  expect(value instanceof ConfigurationError).toBe(false);
});
