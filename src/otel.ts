/**
 * `nestjs-pg-migrations/otel`: OpenTelemetry traces and metrics.
 */
export { migrationTelemetry, type TelemetryOptions } from './otel/telemetry.js';
