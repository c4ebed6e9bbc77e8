import { finding, type Finding, type FindingCode, type FindingDetails } from '../errors/finding.js';
import { maskSecrets } from '../sql/text/secrets.js';
import type { Catalog } from './catalog.js';
import { describeObject, displayObject, ownerOfPart, type CatalogObject } from './catalog-object.js';
import type { CatalogDifference, ObjectChange } from './compare-catalogs.js';

/** The codes of findings about objects. */
interface DifferenceCodes {
  readonly removed: FindingCode;
  readonly added: FindingCode;
  readonly changed: FindingCode;
}

/** Two catalogs and how they differ. */
interface ComparedCatalogs {
  readonly recorded: Catalog;
  readonly live: Catalog;
  readonly difference: Pick<CatalogDifference, 'added' | 'removed' | 'changed'>;
}

/** What is known about a difference besides the two catalogs. */
type Circumstances = (object: CatalogObject) => Pick<FindingDetails, 'since' | 'changedBy' | 'tenant' | 'comparedWith'>;

/** One finding for each object that was added, removed or changed. */
export function describeDifferences(
  { recorded, live, difference: { added, removed, changed } }: ComparedCatalogs,
  codes: DifferenceCodes,
  circumstancesOf: Circumstances = () => ({}),
): Finding[] {
  const [partsNow, partsBefore] = [partsByOwner(live), partsByOwner(recorded)];
  const common = (object: CatalogObject): FindingDetails => ({
    subject: displayObject(object),
    ...circumstancesOf(object),
  });
  return [
    ...removed.map((object) => finding(codes.removed, { ...common(object), recorded: describe(object, partsBefore) })),
    ...added.map((object) => finding(codes.added, { ...common(object), actual: describe(object, partsNow) })),
    ...changed.map((change) => finding(codes.changed, { ...common(change.live), ...describeChange(change) })),
  ];
}

function describeChange({ recorded, live }: ObjectChange): Pick<Finding, 'detail' | 'recorded' | 'actual'> {
  return {
    detail: maskSecrets(summarize(recorded, live)),
    recorded: maskSecrets(describeObject(recorded)),
    actual: maskSecrets(describeObject(live)),
  };
}

/** A longer value is shown only in the diff. */
const MAX_VALUE_LENGTH = 60;

/** `owner: app → eve; options: none → fillfactor=70`. */
function summarize(recorded: CatalogObject, live: CatalogObject): string {
  const names = [...new Set([...Object.keys(recorded.properties), ...Object.keys(live.properties)])];
  const parts = [
    { name: 'definition', before: recorded.definition, now: live.definition },
    ...names.map((name) => ({
      name,
      before: recorded.properties[name] ?? 'none',
      now: live.properties[name] ?? 'none',
    })),
  ].filter(({ before, now }) => before !== now);
  return parts
    .map(({ name, before, now }) => {
      const isShort = [before, now].every((value) => value.length <= MAX_VALUE_LENGTH && !value.includes('\n'));
      return isShort ? `${name}: ${before || 'none'} → ${now || 'none'}` : name;
    })
    .join('; ');
}

/** An object with everything that belongs to it. */
function describe(object: CatalogObject, partsOf: PartsByOwner): string {
  const parts = ownerOfPart(object) ? [] : (partsOf.get(JSON.stringify(object.name)) ?? []);
  const lines = parts.map(
    (part) => `${part.kind} ${part.name.at(-1)}: ${describeObject(part).replaceAll('\n', '\n  ')}`,
  );
  return maskSecrets([describeObject(object), ...lines].filter(Boolean).join('\n'));
}

/** The parts of each object, keyed by the object's name as JSON. */
type PartsByOwner = ReadonlyMap<string, readonly CatalogObject[]>;

function partsByOwner({ objects }: Catalog): PartsByOwner {
  const parts = new Map<string, CatalogObject[]>();
  for (const object of Object.values(objects).flat()) {
    const owner = ownerOfPart(object);
    if (!owner) continue;
    const name = JSON.stringify(owner);
    const others = parts.get(name);
    if (others) others.push(object);
    else parts.set(name, [object]);
  }
  return parts;
}

const TEXTS = ['detail', 'recorded', 'actual'] as const;

/** Masks placeholder values in findings: definitions contain what a migration was given. */
export function withoutSecrets(findings: readonly Finding[], values: readonly string[]): Finding[] {
  if (values.length === 0) return [...findings];
  return findings.map((each) => {
    const masked = TEXTS.map((name) => [name, each[name]] as const)
      .filter(([, text]) => typeof text === 'string')
      .map(([name, text]) => [name, maskSecrets(text ?? '', values)]);
    const names = each.names?.map((name) => maskSecrets(name, values));
    return { ...each, ...Object.fromEntries(masked), ...(names && { names }) };
  });
}
