import type { LogRecord, RoomLog } from '../../src/cluster/ports.ts';

/** A real match log on a disk that may stall: what is appended meanwhile is written when the disk goes on. */
export class SlowLog {
  #disk = Promise.withResolvers<void>();

  constructor() {
    this.#disk.resolve();
  }

  /** Nothing is written any more. */
  stall(): void {
    this.#disk = Promise.withResolvers<void>();
  }

  goOn(): void {
    this.#disk.resolve();
  }

  readonly wrap = (log: RoomLog): RoomLog => ({
    append: async (records: readonly LogRecord[]): Promise<void> => {
      await this.#disk.promise;
      await log.append(records);
    },
    forget: (matchId) => log.forget(matchId),
    close: () => log.close(),
  });
}
