import { isDerived, templateOf, type TenantNames } from './tenant-template.js';
import { differingBlocks, withoutBlocks, wordsOf } from './clean-dump.js';

/** What the files of a tenant added to a dump of its database. */
export interface TenantBlocks {
  /** In the order of the dump. */
  readonly added: readonly string[];
  /** The same with the placeholder. */
  readonly blocks: readonly string[];
  /** The first words of what they changed elsewhere. */
  readonly outside: readonly string[];
  /** The first words of blocks in which something was computed from the name of the schema. */
  readonly derived: readonly string[];
}

/** Compares the dumps before and after the files of a tenant. Its schema is created together with the tenant. */
export function tenantBlocks(before: readonly string[], after: readonly string[], names: TenantNames): TenantBlocks {
  const isNew = new Set(withoutBlocks(after.filter(isNoSetting), before));
  const removed = withoutBlocks(before.filter(isNoSetting), after);
  const added = after.filter((block) => isNew.has(block) || !isNoSetting(block));
  const templates = added
    .map((block) => templateOf(block, names))
    .filter((block) => block !== `CREATE SCHEMA ${names.placeholder};`);
  const isElsewhere = (block: string): boolean =>
    isNoSetting(block) &&
    (block.startsWith('COPY ') ? !block.startsWith(`COPY ${names.placeholder}.`) : !block.includes(names.placeholder));
  return {
    added,
    blocks: templates,
    outside: [...removed, ...templates.filter((block) => isElsewhere(block) && !isDerived(block, names))].map(wordsOf),
    derived: templates.filter((block) => isDerived(block, names)).map(wordsOf),
  };
}

/** Their place among the other blocks matters, not whether an earlier dump has them. */
function isNoSetting(block: string): boolean {
  return !block.startsWith('SET LOCAL default_');
}

/**
 * The first words of blocks that two tenants do not have in common. Times in rows are not compared: as in every
 * checkpoint, they stay as they were.
 */
export function differingTemplates(one: readonly string[], other: readonly string[]): readonly string[] {
  return differingBlocks(one.map(withoutTimes), other.map(withoutTimes));
}

/** The same for what one tenant got twice, with the placeholder in the words. Here, quotes around its name matter. */
export function differingBlocksOfTenant(
  one: readonly string[],
  other: readonly string[],
  names: TenantNames,
): readonly string[] {
  return differingTemplates(one, other).map((words) => templateOf(words, names));
}

const TIME = /\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d(?::?\d\d)?)?/g;

function withoutTimes(block: string): string {
  return block.startsWith('COPY ') ? block.replace(TIME, 'time') : block;
}
