import { expect, test } from '@jest/globals';
import { openTogether } from '../../../src/core/compile/transaction-modes.js';

type Opened = [begin: string, ...preamble: string[]];

test.each<[string, Opened[], string[]]>([
  ['no level of their own', [['BEGIN'], ['begin'], ['START TRANSACTION']], ['BEGIN']],
  ['a level behind another file in lower case', [['begin'], ['BEGIN ISOLATION LEVEL SERIALIZABLE']], ['BEGIN ISOLATION LEVEL SERIALIZABLE']],
  ['two levels, the strictest last', [['BEGIN ISOLATION LEVEL REPEATABLE READ'], ['BEGIN'], ['begin isolation /* a */ level\n serializable']], ['BEGIN ISOLATION LEVEL SERIALIZABLE']],
  ['two levels, the strictest first', [['BEGIN', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE'], ['BEGIN ISOLATION LEVEL READ COMMITTED'], ['START TRANSACTION ISOLATION LEVEL REPEATABLE READ']], ['BEGIN ISOLATION LEVEL SERIALIZABLE']],
  ['READ COMMITTED and the default, which may be stricter', [['BEGIN ISOLATION LEVEL READ COMMITTED'], ['BEGIN']], ['BEGIN']],
  ['READ COMMITTED all', [['BEGIN ISOLATION LEVEL READ COMMITTED'], ['BEGIN ISOLATION LEVEL READ UNCOMMITTED']], ['BEGIN ISOLATION LEVEL READ COMMITTED']],
  ['other modes', [['BEGIN NOT DEFERRABLE'], ['BEGIN READ WRITE, ISOLATION LEVEL SERIALIZABLE'], ['BEGIN', 'SET TRANSACTION DEFERRABLE']], ['BEGIN ISOLATION LEVEL SERIALIZABLE, READ WRITE, DEFERRABLE']],
  ['NOT DEFERRABLE', [['BEGIN NOT DEFERRABLE'], ['BEGIN']], ['BEGIN']],
  ['a snapshot', [['BEGIN ISOLATION LEVEL REPEATABLE READ', `SET TRANSACTION SNAPSHOT '00000003-1'`], ['BEGIN']], ['BEGIN ISOLATION LEVEL REPEATABLE READ', `SET TRANSACTION SNAPSHOT '00000003-1'`]],
])('files that ask for %s share a transaction', (_, opened, expected) => {
  expect(openTogether(opened.map(([begin, ...preamble]) => ({ begin, preamble })))).toEqual(expected);
}); // prettier-ignore
