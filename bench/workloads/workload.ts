import type { Measurement } from '../measurement.js';
import type { BenchServer } from '../server.js';
import type { Tool } from '../tool.js';

/** What stays the same while the benchmark runs. */
export interface Bench {
  readonly server: BenchServer;
  /** The Node that runs the measured processes. */
  readonly node: string;
}

/** A tool at the start of a workload. */
export interface Prepared {
  /** One measurement in a fresh process. Its result is verified in the database. */
  measure(): Promise<Measurement>;
  remove(): Promise<void>;
}

/** A number that our library must not exceed. */
export interface Target {
  readonly metric: Metric;
  /** The highest value; or, with `relative`, the highest ratio to the reference of the workload. */
  readonly limit: number;
  readonly relative?: true;
}

export type Metric = 'ms' | 'runCpuMs' | 'cpuMs' | 'peakMb' | 'roundTrips';

export interface Workload {
  readonly name: string;
  readonly title: string;
  /** The tool whose time is 1 in the table. */
  readonly reference: string;
  readonly targets: readonly Target[];
  /** Names of the tools to measure unless others are asked for. */
  readonly tools: readonly string[];
  prepare(bench: Bench, tool: Tool): Promise<Prepared>;
}
