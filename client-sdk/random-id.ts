/**
 * Secrets and keys. `crypto.randomUUID` exists in secure contexts only, and a game on a LAN address is none;
 * `getRandomValues` is everywhere.
 */
export function randomId(bits: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(Math.ceil(bits / 8)));
  const base64 = btoa(String.fromCodePoint(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
