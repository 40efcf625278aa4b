const REMEMBERED_MS = 60_000;

/**
 * Direct addresses that did not answer. A firewall that swallows them costs seconds to find out; it is found out once
 * a minute, not once a match.
 */
export class Routes {
  readonly #closedUntilMs = new Map<string, number>();

  isOpen(address: string): boolean {
    return (this.#closedUntilMs.get(address) ?? 0) <= performance.now();
  }

  failed(address: string): void {
    this.#closedUntilMs.set(address, performance.now() + REMEMBERED_MS);
  }
}
