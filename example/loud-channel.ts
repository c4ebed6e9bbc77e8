import { Injectable, Logger } from '@nestjs/common';
import { DriftAlertChannel, type AlertChannel, type DriftAlert } from 'nestjs-pg-migrations';

/** A channel of the application's own: a chat message or a page would go out here. */
@Injectable()
@DriftAlertChannel()
export class LoudChannel implements AlertChannel {
  private readonly logger = new Logger('LoudChannel');

  alert(alert: DriftAlert): void {
    const files = 'findings' in alert ? alert.findings.map(({ code, subject }) => `${code}: ${subject}`) : [];
    this.logger.warn(files.length > 0 ? `drift ${alert.type}: ${files.join(', ')}` : `drift ${alert.type}`);
  }
}
