import type { Traffic } from '../tools/proxy/traffic.js';
import { median } from './median.js';
import type { Measurement } from './measurement.js';
import type { Series } from './rounds.js';
import { OURS } from './tool.js';
import type { Metric, Target, Workload } from './workloads/workload.js';

/** The medians of one tool in a workload. */
export interface Row {
  readonly tool: string;
  readonly ms: number;
  /** The shortest time. On a busy machine it varies less than the median. */
  readonly lowestMs: number;
  /** `ms` in multiples of the reference. */
  readonly ratio: number | undefined;
  readonly runCpuMs: number | undefined;
  readonly cpuMs: number | undefined;
  readonly peakMb: number | undefined;
  readonly traffic: Traffic | undefined;
}

/** What a workload showed. */
export interface Summary {
  readonly name: string;
  readonly title: string;
  readonly reference: string;
  /** Fastest first. */
  readonly rows: readonly Row[];
  readonly targets: readonly Verdict[];
}

/** A target, and what ours reached. */
export interface Verdict extends Target {
  readonly value: number;
  /** Of a relative target. */
  readonly ratio: number | undefined;
  readonly met: boolean;
}

export function summarize({ name, title, reference, targets }: Workload, series: readonly Series[]): Summary {
  const referenceMs = medianOf(series.find(({ tool }) => tool === reference)?.measurements ?? [], ({ ms }) => ms);
  const rows = series.map((one) => rowOf(one, referenceMs)).toSorted((a, b) => a.ms - b.ms);
  const ours = rows.find(({ tool }) => tool === OURS);
  return { name, title, reference, rows, targets: ours ? targets.flatMap((target) => judge(target, ours)) : [] };
}

export function valueOf(metric: Metric, row: Row): number | undefined {
  return metric === 'roundTrips' ? row.traffic?.roundTrips : row[metric];
}

function rowOf({ tool, measurements }: Series, referenceMs: number | undefined): Row {
  const ms = medianOf(measurements, (measurement) => measurement.ms) ?? NaN;
  return {
    tool,
    ms,
    lowestMs: Math.min(...measurements.map((measurement) => measurement.ms)),
    ratio: referenceMs === undefined ? undefined : ms / referenceMs,
    runCpuMs: medianOf(measurements, ({ runCpuMs }) => runCpuMs),
    cpuMs: medianOf(measurements, ({ cpuMs }) => cpuMs),
    peakMb: medianOf(measurements, ({ peakMb }) => peakMb),
    traffic: measurements.at(-1)?.traffic,
  };
}

/** Nothing, if the reference of a relative target was not measured. */
function judge(target: Target, ours: Row): Verdict[] {
  const value = valueOf(target.metric, ours);
  const ratio = target.relative && ours.ratio;
  const judged = target.relative ? ratio : value;
  if (value === undefined || judged === undefined) return [];
  return [{ ...target, value, ratio, met: judged <= target.limit }];
}

function medianOf(
  measurements: readonly Measurement[],
  pick: (measurement: Measurement) => number | undefined,
): number | undefined {
  return median(measurements.flatMap((measurement) => pick(measurement) ?? []));
}
