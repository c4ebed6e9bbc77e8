import { randomBytes } from 'node:crypto';
import { displayObject, type CatalogObject } from '../../../core/catalog/catalog-object.js';
import { compareCatalogs } from '../../../core/catalog/compare-catalogs.js';
import { checkpointText } from '../../../core/checkpoint/checkpoint-text.js';
import { cleanDump } from '../../../core/checkpoint/clean-dump.js';
import {
  differingBlocksOfTenant,
  differingTemplates,
  tenantBlocks,
  type TenantBlocks,
} from '../../../core/checkpoint/tenant-blocks.js';
import type { TenantNames } from '../../../core/checkpoint/tenant-template.js';
import { placeholderNames } from '../../../core/compile/placeholders.js';
import type { Compiler } from '../../../core/compile/compiler.js';
import {
  derivedFromSchema,
  looksLikePlaceholder,
  changesOutsideTenant,
  tenantsDiffer,
} from '../../../core/errors/catalog/checkpoint-error.js';
import { Migration } from '../../../core/migration/migration.js';
import { MigrationSet } from '../../../core/migration/migration-set.js';
import { newMigrationBody } from '../../../core/migration/new-migration.js';
import type { MigrationSource } from '../../../core/ports/ports.js';
import type { ScratchDatabase } from '../../../core/ports/scratch.js';
import type { MigrationWriter } from '../../../core/ports/writer.js';
import type { Target } from '../../../core/target/target.js';
import { SCHEMA_PLACEHOLDER } from '../../../core/tenants/tenant.js';
import type { MigratorParts } from '../../run/parts.js';
import { applyTo, inScratch } from '../catalog/in-scratch.js';
import { KnownFiles } from '../known-files.js';
import { readUsable } from '../read-usable.js';
import { assertTenantsReplaceable } from './assert-tenants-replaceable.js';
import { assertAlike, assertNameless, dumpOf, unique, type Result } from './dump.js';
import type { Replaced } from './find-replaced.js';
import { writeCheckpoint, type CheckpointReport, type ProofOptions } from './write-checkpoint.js';

/** What a checkpoint of tenants' files depends on. */
export interface TenantCheckpointParts {
  /** For the shared files, which scratch databases get first. Its source is empty if there are none. */
  readonly shared: MigratorParts;
  /** The files of tenants, their compiler, and where they are written. */
  readonly source: MigrationSource;
  readonly compiler: Compiler;
  readonly writer: MigrationWriter;
  /** The target of a made-up tenant with this schema. */
  readonly targetOf: (schema: string) => Target;
}

/** Writes one file that leaves the schema of a new tenant as the tenants' files up to a version do. */
export async function checkpointOfTenants(
  parts: TenantCheckpointParts,
  version: string,
  options: ProofOptions,
  signal: AbortSignal,
): Promise<CheckpointReport> {
  const shared = await sharedFiles(parts);
  const schemas = madeUpSchemas();
  const tenant = { compiler: parts.compiler, database: { target: parts.targetOf(schemas.plain) } };
  const first = { ...parts.shared, migrations: shared.migrations };
  const work = new TenantCheckpoint(parts, shared, schemas, options, signal);
  return writeCheckpoint(parts, version, options, signal, {
    assertReplaceable: (toApply) => assertTenantsReplaceable(toApply, tenant, first, options.server !== undefined),
    dumpAndProve: (file, replaced) => work.dumpAndProve(file, replaced),
  });
}

/** One file without effect if there are no shared files: our own objects must exist before the first tenant. */
async function sharedFiles({ shared }: TenantCheckpointParts): Promise<MigrationSet> {
  const set = await readUsable(shared.source);
  if (set.migrations.length + set.checkpoints.length > 0) return set;
  return new MigrationSet(set.location, [
    new Migration('0_nothing.sql', newMigrationBody('SELECT 1;', shared.writer.layout)),
  ]);
}

/** Names of different lengths that occur in no file; one of them has to be quoted. */
interface Schemas {
  readonly quoted: string;
  readonly plain: string;
}

function madeUpSchemas(): Schemas {
  const [one, other] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')];
  return { quoted: `Zt-${one} of a tenant`, plain: `zt_${other}` };
}

/** What a scratch database contains. */
interface Reading extends Pick<Result, 'catalog'> {
  readonly dump: string;
}

/** A scratch database after a tenant was added, and what the tenant got. */
interface Added {
  readonly result: Result;
  readonly own: TenantBlocks;
}

class TenantCheckpoint {
  constructor(
    private readonly parts: TenantCheckpointParts,
    private readonly shared: MigrationSet,
    private readonly schemas: Schemas,
    private readonly options: ProofOptions,
    private readonly signal: AbortSignal,
  ) {}

  /** @returns the text of the checkpoint. @throws CheckpointError if it does not do what the files do */
  async dumpAndProve(file: string, { checkpoint: header, toApply }: Replaced): Promise<string> {
    const { writer } = this.parts;
    const expected = await this.inScratch(async (scratch) => {
      const quoted = await this.addFirst(scratch, toApply);
      const plain = await this.addSecond(scratch, toApply, quoted);
      const differences = differingTemplates(quoted.own.blocks, plain.own.blocks);
      if (differences.length > 0) throw tenantsDiffer(unique(differences, this.target));
      return { quoted, plain };
    });
    const text = checkpointText(header, expected.quoted.own.blocks, writer.layout);
    const alone = new MigrationSet(this.shared.location, [new Migration(file, text)]);
    const actual = await this.inScratch(async (scratch) => {
      const quoted = await this.addFirst(scratch, alone);
      return { quoted, plain: await this.addSecond(scratch, alone, quoted) };
    });
    assertAlike(file, resultOfTenant(expected.quoted), resultOfTenant(actual.quoted), this.target);
    this.assertSameForms(expected.plain, actual.plain);
    return text;
  }

  /** @throws CheckpointError if the checkpoint writes a name that needs no quotes differently from the files */
  private assertSameForms(expected: Added, actual: Added): void {
    const names = this.namesOf(this.schemas.plain);
    const differences = differingBlocksOfTenant(expected.own.added, actual.own.added, names);
    if (differences.length > 0) throw derivedFromSchema(unique(differences, this.target));
  }

  private async addFirst(scratch: ScratchDatabase, files: MigrationSet): Promise<Added> {
    const before = await this.read(scratch);
    const after = await this.addTenant(scratch, this.schemas.quoted, files);
    const result = this.resultOf(after, after);
    const own = this.assertOwn(this.resultOf(before, after), result, this.schemas.quoted);
    assertNameless(own.blocks, scratch, this.target);
    return { result, own };
  }

  private async addSecond(scratch: ScratchDatabase, files: MigrationSet, first: Added): Promise<Added> {
    const after = await this.addTenant(scratch, this.schemas.plain, files);
    const result = this.resultOf(after, after);
    return { result, own: this.assertOwn(first.result, result, this.schemas.plain) };
  }

  private get target(): Target {
    return this.parts.shared.database.target;
  }

  /** Works in a scratch database with the shared files. */
  private inScratch<T>(work: (scratch: ScratchDatabase) => Promise<T>): Promise<T> {
    const { shared } = this.parts;
    return inScratch(shared, this.options, this.signal, async (scratch) => {
      await applyTo(scratch, { ...shared, source: new KnownFiles(this.shared) }, this.signal);
      return work(scratch);
    });
  }

  private async addTenant(scratch: ScratchDatabase, schema: string, files: MigrationSet): Promise<Reading> {
    const { shared, compiler } = this.parts;
    const target = await scratch.addTenant(this.parts.targetOf(schema));
    await applyTo(scratch, { ...shared, compiler, source: new KnownFiles(files) }, this.signal, target);
    return this.read(scratch);
  }

  private async read(scratch: ScratchDatabase): Promise<Reading> {
    return { catalog: await scratch.readAll(), dump: await dumpOf(scratch, this.options, this.signal) };
  }

  /** @param owned a reading with the role that migrated. */
  private resultOf({ catalog, dump }: Reading, { catalog: { owner } }: Reading): Result {
    const { schema: historySchema } = this.target.table;
    return { catalog, blocks: cleanDump(dump, { historySchema, owner, empty: new Set() }) };
  }

  /** What one tenant got. @throws CheckpointError if something else changed */
  private assertOwn(before: Result, after: Result, schema: string): TenantBlocks {
    const { placeholders } = this.parts.targetOf(schema);
    const added = tenantBlocks(before.blocks, after.blocks, this.namesOf(schema));
    const outside = [...objectsOutside(before, after, schema), ...added.outside];
    if (outside.length > 0) throw changesOutsideTenant(unique(outside, this.target));
    if (added.derived.length > 0) throw derivedFromSchema(unique(added.derived, this.target));
    const names = placeholders ? placeholderNames(added.added.join('\n'), placeholders) : [];
    if (names.length > 0) throw looksLikePlaceholder(names);
    return added;
  }

  private namesOf(schema: string): TenantNames {
    const [open = '', close = ''] = this.parts.targetOf(schema).placeholders?.delimiters ?? [];
    return { schema, placeholder: `${open}${SCHEMA_PLACEHOLDER}${close}` };
  }
}

/** Only what the tenant got: rows of shared files may differ each time. */
function resultOfTenant({ result: { catalog }, own }: Added): Result {
  return { catalog, blocks: own.added };
}

/** Objects that were added, changed or removed and whose names do not contain that of the schema. */
function objectsOutside(before: Result, after: Result, schema: string): readonly string[] {
  const { added, removed, changed } = compareCatalogs(before.catalog, after.catalog, () => false);
  const isOutside = ({ name }: CatalogObject): boolean => !name.some((part) => part.includes(schema));
  return [...added, ...removed, ...changed.map(({ live }) => live)].filter(isOutside).map(displayObject);
}
