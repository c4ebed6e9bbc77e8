/**
 * `nestjs-pg-migrations/otel`: traces and metrics of OpenTelemetry.
 */
export { migrationTelemetry, type TelemetryOptions } from './otel/telemetry.js';
