import type { Catalog } from '../catalog/catalog.js';
import { objectKey, type CatalogObject } from '../catalog/catalog-object.js';
import { compareCatalogs, type CatalogDifference } from '../catalog/compare-catalogs.js';
import type { ObjectGroup } from '../catalog/object-group.js';
import type { ObjectFilter } from '../catalog/patterns.js';
import type { FindingDetails } from '../errors/finding-definition.js';
import { differOnlyInNames, type NamesOfTenant, type OwnNames } from './own-names.js';
import type { Tenant } from './tenant.js';

/** What is in the schema of a tenant; or in its whole database, if it has no schema. */
export interface TenantCatalog extends Catalog, Omit<NamesOfTenant, 'tenant'> {}

/** Tenants that have the same objects. */
export interface Variant {
  readonly tenants: readonly Tenant[];
  /** Of the first of them. */
  readonly catalog: TenantCatalog;
  readonly names: OwnNames;
}

/** A tenant with the same version of an object as most tenants, and how many have it. */
type Support = NonNullable<FindingDetails['comparedWith']>;

/** An object of one variant. */
interface Candidate {
  readonly variant: Variant;
  readonly group: ObjectGroup;
  readonly object: CatalogObject;
  /** The same without names of its tenant. */
  readonly neutral: CatalogObject;
}

/** One definition of an object. The first candidate stands for all. */
type Version = [Candidate, ...Candidate[]];

/** Finds, object by object, what most tenants have. In a tie, the variant that comes first wins. */
export class Majority {
  private readonly versionOf = new Map<Candidate, Version>();
  private readonly supports = new Map<string, Support>();
  private readonly winners = new Map<string, Version>();
  private readonly candidates: readonly Candidate[];

  /** @param ignores objects to leave out. */
  constructor(
    private readonly variants: readonly [Variant, ...Variant[]],
    ignores: ObjectFilter,
  ) {
    this.candidates = candidatesOf(variants, ignores);
    const byKey = new Map<string, Version[]>();
    for (const candidate of this.candidates) {
      const key = objectKey(candidate.neutral);
      const versions = byKey.get(key) ?? [];
      byKey.set(key, versions);
      const same = versions.find(([first]) => isSame(first, candidate));
      const version: Version = same ?? [candidate];
      if (same) same.push(candidate);
      else versions.push(version);
      this.versionOf.set(candidate, version);
    }
    for (const [key, versions] of byKey) this.decide(key, versions);
  }

  /** How a variant differs from what most tenants have. */
  differenceOf(variant: Variant): { recorded: Catalog; live: Catalog; difference: CatalogDifference } {
    const own = this.candidates.filter((candidate) => candidate.variant === variant);
    const recorded = grouped(
      [...this.winners.values()].map(([first]) => first),
      variant.catalog,
    );
    const inCommonTerms = own.map((candidate) => {
      const version = this.versionOf.get(candidate);
      const winner = this.winners.get(objectKey(candidate.neutral));
      return winner && winner === version ? winner[0] : candidate;
    });
    const live = grouped(inCommonTerms, variant.catalog);
    return { recorded, live, difference: compareCatalogs(recorded, live, () => false) };
  }

  /** Who has what most tenants have. @param object without names of tenants. */
  supportOf(object: CatalogObject): Support | undefined {
    return this.supports.get(objectKey(object));
  }

  /** Not to have the object is a version too. */
  private decide(key: string, versions: readonly Version[]): void {
    const holders = new Set(versions.flat().map(({ variant }) => variant));
    const without = this.variants.filter((variant) => !holders.has(variant));
    const options = [
      ...versions.map((version) => ({ version, variants: version.map(({ variant }) => variant) })),
      { version: undefined, variants: without },
    ].filter(({ variants }) => variants.length > 0);
    const [first, ...others] = options.map((option) => ({ ...option, weight: weightOf(option.variants) }));
    if (!first) return;
    const isBetter = (a: typeof first, b: typeof first): boolean =>
      a.weight > b.weight || (a.weight === b.weight && this.placeOf(a.variants) < this.placeOf(b.variants));
    const best = others.reduce((a, b) => (isBetter(b, a) ? b : a), first);
    if (best.version) this.winners.set(key, best.version);
    const tenant = best.variants[0]?.tenants[0]?.name ?? '';
    this.supports.set(key, { tenant, same: best.weight, of: weightOf(this.variants) });
  }

  private placeOf(variants: readonly Variant[]): number {
    return Math.min(...variants.map((variant) => this.variants.indexOf(variant)));
  }
}

function weightOf(variants: readonly Variant[]): number {
  return variants.reduce((sum, { tenants }) => sum + tenants.length, 0);
}

/** @param catalog has the same groups, and was read from the same version of the server. */
function grouped(candidates: readonly Candidate[], { serverVersion, objects }: Catalog): Catalog {
  const groups = new Map<string, CatalogObject[]>(Object.keys(objects).map((group) => [group, []]));
  for (const { group, neutral } of candidates) groups.get(group)?.push(neutral);
  return { serverVersion, objects: Object.fromEntries(groups) };
}

/** An object with its name, but without the name of its schema. */
interface Named extends Omit<Candidate, 'neutral'> {
  readonly name: readonly string[];
}

function candidatesOf(variants: readonly Variant[], ignores: ObjectFilter): readonly Candidate[] {
  const all = variants.flatMap((variant) =>
    (Object.entries(variant.catalog.objects) as [ObjectGroup, readonly CatalogObject[]][]).flatMap(([group, objects]) =>
      objects
        .filter((object) => !ignores(object))
        .map((object) => ({ variant, group, object, name: variant.names.withoutSchema(object.name) })),
    ),
  );
  const nameOf = commonNames(all);
  return all.map((each) => {
    const { variant, group, object } = each;
    const text = (value: string): string => variant.names.replacedIn(value);
    const properties = Object.entries(object.properties).map(([property, value]) => [property, text(value)]);
    const neutral = {
      ...object,
      name: nameOf(each),
      definition: text(object.definition),
      properties: Object.fromEntries(properties) as CatalogObject['properties'],
    };
    return { variant, group, object, neutral };
  });
}

/**
 * Names by which objects of different tenants are compared. One that no other tenant has may contain the name of its
 * tenant (`oak_name_idx`): then it becomes that of the first object whose name differs only in this part.
 */
function commonNames(all: readonly Named[]): (named: Named) => readonly string[] {
  const keyOf = ({ object, name }: Named): string => objectKey({ ...object, name });
  const counts = new Map<string, number>();
  for (const each of all) counts.set(keyOf(each), (counts.get(keyOf(each)) ?? 0) + 1);
  const firsts: Named[] = [];
  return (named) => {
    if ((counts.get(keyOf(named)) ?? 0) > 1) return named.name;
    const known = firsts.find((first) => first.variant !== named.variant && haveSameName(first, named));
    if (!known) firsts.push(named);
    const { variant, name } = known ?? named;
    return name.map((part) => variant.names.replacedIn(part));
  };
}

function haveSameName(one: Named, other: Named): boolean {
  const [a, b] = [one, other].map(({ name }) => name.join('\u001f')) as [string, string];
  return one.object.kind === other.object.kind && differOnlyInNames(a, b, one.variant.names, other.variant.names);
}

function isSame(one: Candidate, other: Candidate): boolean {
  const [a, b] = [one.object, other.object];
  const isSameText = (x: string | undefined, y: string | undefined): boolean =>
    x === undefined || y === undefined ? x === y : differOnlyInNames(x, y, one.variant.names, other.variant.names);
  const properties = new Set([...Object.keys(a.properties), ...Object.keys(b.properties)]);
  return (
    isSameText(a.definition, b.definition) &&
    [...properties].every((name) => isSameText(a.properties[name], b.properties[name]))
  );
}
