import type { LayoutName } from '../../../../src/migrator.js';
import type { Files } from '../../../support/migrator/migrator-on.js';

/** Every file notes its name; whatever undoes would empty the notes. */
export const START = 'CREATE TABLE ran (n serial, file text);\n';
export const note = (file: string): string => `INSERT INTO ran (file) VALUES ('${file}');\n`;
const UNDO = 'DROP TABLE ran;\n';

const GOOSE_FUNCTION = `-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.file := upper(NEW.file); -- changes; with a semicolon
  RETURN NEW;
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER touch BEFORE INSERT ON ran FOR EACH ROW EXECUTE FUNCTION touch();
${note('b')}
-- +goose Down
DROP TRIGGER touch ON ran;
-- +goose StatementBegin
DROP FUNCTION touch(); SELECT 'it is never closed
-- +goose StatementEnd
`;

/** A directory of another tool. */
export interface LayoutExample {
  readonly layout: LayoutName;
  readonly files: Files;
  /** In the order in which they run. */
  readonly applied: readonly string[];
  readonly notes: readonly string[];
}

export const LAYOUT_EXAMPLES: readonly LayoutExample[] = [
  {
    layout: 'golang-migrate',
    files: {
      '000001_start.up.sql': START + note('1'),
      '000001_start.down.sql': UNDO,
      '000010_ten.up.sql': note('10'),
      '000010_ten.down.sql': UNDO,
      '000002_two.up.sql': note('2'),
      '000002_two.down.sql': UNDO,
    },
    applied: ['000001_start.up.sql', '000002_two.up.sql', '000010_ten.up.sql'],
    notes: ['1', '2', '10'],
  },
  {
    layout: 'sqlx',
    files: {
      '20240101000000_start.sql': START,
      '20240102000000_simple.sql': note('simple'),
      '20240103000000_reversible.up.sql': note('reversible'),
      '20240103000000_reversible.down.sql': UNDO,
      '20240104000000_alone.sql': `-- no-transaction\nCREATE INDEX CONCURRENTLY ON ran (file);\n`,
    },
    applied: [
      '20240101000000_start.sql',
      '20240102000000_simple.sql',
      '20240103000000_reversible.up.sql',
      '20240104000000_alone.sql',
    ],
    notes: ['simple', 'reversible'],
  },
  {
    layout: 'flyway',
    files: {
      'V1__start.sql': START + note('1'),
      'U1__start.sql': UNDO,
      'V1_2__underscore.sql': note('1_2'),
      'V1.10__dot.sql': note('1.10'),
      'later/V2__nested.sql': note('2'),
      'V10__ten.sql': note('10'),
      'B10__everything.sql': START,
      'V10__ten.sql.conf': 'executeInTransaction=false',
    },
    applied: ['V1__start.sql', 'V1_2__underscore.sql', 'V1.10__dot.sql', 'later/V2__nested.sql', 'V10__ten.sql'],
    notes: ['1', '1_2', '1.10', '2', '10'],
  },
  {
    layout: 'prisma',
    files: {
      '20240102000000_more/migration.sql': note('more'),
      '20240101000000_start/migration.sql': `-- CreateTable\n${START}`,
      'migration_lock.toml': 'provider = "postgresql"',
    },
    applied: ['20240101000000_start/migration.sql', '20240102000000_more/migration.sql'],
    notes: ['more'],
  },
  {
    layout: 'diesel',
    files: {
      '00000000000000_diesel_initial_setup/up.sql': START,
      '00000000000000_diesel_initial_setup/down.sql': UNDO,
      '2024-01-02-000000_more/up.sql': note('more'),
      '2024-01-02-000000_more/down.sql': UNDO,
    },
    applied: ['00000000000000_diesel_initial_setup/up.sql', '2024-01-02-000000_more/up.sql'],
    notes: ['more'],
  },
  {
    layout: 'goose',
    files: {
      '00001_start.sql': `-- +goose Up\n${START}\n-- +goose Down\n${UNDO}`,
      '00002_function.sql': GOOSE_FUNCTION,
      '00003_alone.sql': `-- +goose NO TRANSACTION\n-- +goose Up\n${note('c')}\n-- +goose Down\n${UNDO}`,
      '00004_go.go': 'package migrations',
      '00005_only_up.sql': `-- +goose Up\n${note('e')}`,
    },
    applied: ['00001_start.sql', '00002_function.sql', '00003_alone.sql', '00005_only_up.sql'],
    notes: ['B', 'C', 'E'],
  },
  {
    layout: 'dbmate',
    files: {
      '20240101000000_start.sql': `-- migrate:up\n${START}\n-- migrate:down\n${UNDO}`,
      '20240102000000_alone.sql': `-- migrate:up transaction:false\n${note('alone')}\n-- migrate:down transaction:false\n${UNDO}`,
      '20240103000000_empty.sql': '-- migrate:up\n\n-- migrate:down\n',
    },
    applied: ['20240101000000_start.sql', '20240102000000_alone.sql', '20240103000000_empty.sql'],
    notes: ['alone'],
  },
];
