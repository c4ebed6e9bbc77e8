import { catalogOf, tableFacts } from '../linted.js';
import { testRules } from './cases.js';

const nullable = { id: 'bigint' };
const version18 = 180_001;
const known = catalogOf({ orders: await tableFacts(nullable) });
const notNull = catalogOf({ orders: await tableFacts(nullable, { column: { notNull: true } }) });
const checked = catalogOf({ orders: await tableFacts(nullable, { column: { checkedNotNull: true } }) });
const newer = catalogOf({ orders: await tableFacts(nullable) }, version18);

const added = 'ALTER TABLE orders ADD CONSTRAINT c CHECK (id IS NOT NULL)';
const set = 'ALTER TABLE orders ALTER id SET NOT NULL';

testRules({
  'foreign-key-without-not-valid': {
    found: [
      'ALTER TABLE orders ADD FOREIGN KEY (a) REFERENCES customers',
      'ALTER TABLE ONLY orders ADD CONSTRAINT c FOREIGN KEY (a, b) REFERENCES customers (a, b) ON DELETE CASCADE',
      'ALTER TABLE orders ADD COLUMN a int DEFAULT 1 REFERENCES customers',
      'ALTER TABLE orders ADD COLUMN a int DEFAULT NULL REFERENCES customers',
      'CREATE TABLE customers (id int PRIMARY KEY); ALTER TABLE orders ADD FOREIGN KEY (a) REFERENCES customers',
    ],
    harmless: [
      'ALTER TABLE orders ADD FOREIGN KEY (a) REFERENCES customers NOT VALID',
      'ALTER TABLE orders ADD COLUMN a int REFERENCES customers',
      'CREATE TABLE orders (a int); ALTER TABLE orders ADD FOREIGN KEY (a) REFERENCES customers',
      'CREATE TABLE orders (a int REFERENCES customers)',
    ],
  },
  'check-without-not-valid': {
    found: [
      'ALTER TABLE orders ADD CHECK (a > 0)',
      'ALTER TABLE orders ADD CONSTRAINT c CHECK (a > 0) NO INHERIT',
      'ALTER TABLE orders ADD COLUMN a int CHECK (a > 0)',
    ],
    harmless: [
      'ALTER TABLE orders ADD CHECK (a > 0) NOT VALID',
      'ALTER TABLE orders ADD CHECK (a > 0) NOT ENFORCED',
      'ALTER TABLE orders VALIDATE CONSTRAINT c',
      'CREATE TABLE orders (a int); ALTER TABLE orders ADD CHECK (a > 0)',
      'CREATE TABLE orders (a int CHECK (a > 0))',
    ],
  },
  'validate-in-same-transaction': {
    found: [
      'ALTER TABLE orders ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c',
      'ALTER TABLE orders ADD CONSTRAINT c CHECK (a > 0) NOT VALID, VALIDATE CONSTRAINT c',
      'ALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES b NOT VALID; SELECT 1; ALTER TABLE orders VALIDATE CONSTRAINT c',
      '-- no-transaction\nBEGIN; ALTER TABLE orders ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c; COMMIT; SELECT 1',
    ],
    harmless: [
      'ALTER TABLE orders VALIDATE CONSTRAINT c',
      'ALTER TABLE orders ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT d',
      '-- no-transaction\nALTER TABLE orders ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c',
      'CREATE TABLE orders (a int); ALTER TABLE orders ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c',
    ],
  },
  'constraint-without-index': {
    found: [
      'ALTER TABLE orders ADD UNIQUE (a)',
      'ALTER TABLE orders ADD CONSTRAINT c PRIMARY KEY (a)',
      'ALTER TABLE orders ADD COLUMN a int UNIQUE',
      'ALTER TABLE orders ADD COLUMN a int PRIMARY KEY',
      'ALTER TABLE orders ADD EXCLUDE USING gist (a WITH &&)',
    ],
    harmless: [
      'ALTER TABLE orders ADD CONSTRAINT c UNIQUE USING INDEX i',
      'ALTER TABLE orders ADD CONSTRAINT c PRIMARY KEY USING INDEX i',
      'CREATE TABLE orders (a int UNIQUE, PRIMARY KEY (a))',
      'CREATE TABLE orders (a int); ALTER TABLE orders ADD UNIQUE (a)',
    ],
  },
  'set-not-null-without-check': {
    found: [
      set,
      [set, { catalog: known }],
      'ALTER TABLE orders ADD CONSTRAINT c NOT NULL id',
      `${added} NOT VALID; ${set}`,
      `${added} NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT other; ${set}`,
      `ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0); ${set}`,
      `${added}; ALTER TABLE orders DROP CONSTRAINT c; ${set}`,
      [`ALTER TABLE orders ALTER id DROP NOT NULL; ${set}`, { catalog: notNull }],
      ['ALTER TABLE orders ADD CONSTRAINT c NOT NULL id', { catalog: newer }],
    ],
    harmless: [
      [set, { catalog: notNull }],
      [set, { catalog: checked }],
      `${added}; ${set}`,
      `${added} NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT c; ${set}`,
      'ALTER TABLE orders ADD CONSTRAINT c NOT NULL id NOT VALID',
      'ALTER TABLE orders ALTER id DROP NOT NULL',
      'ALTER TABLE orders ADD COLUMN id int NOT NULL DEFAULT 0',
      `CREATE TABLE orders (id int); ${set}`,
    ],
  },
});
