import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

/** Served at `/metrics` by the application, so it needs no server of its own. */
export const prometheus = new PrometheusExporter({ preventServerStart: true });

export const meterProvider = new MeterProvider({ readers: [prometheus] });
