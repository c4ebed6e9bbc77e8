import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';

const second = (): number => Math.floor(Date.now() / 1000);

/** A job of the application's own. With two ScheduleModules it would fire twice each second. */
@Injectable()
export class TickService {
  private readonly startedAt = second();
  private ticks = 0;

  @Cron('* * * * * *', { name: 'tick' })
  tick(): void {
    this.ticks++;
  }

  count(): { ticks: number; seconds: number } {
    return { ticks: this.ticks, seconds: second() - this.startedAt };
  }
}
