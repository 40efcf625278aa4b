const FLIGHT_MS = 700;
const MIN_WAY_PX = 2;

/** Lets chips fly from where they were to where they are: made before the page changes, landed after it. */
export class Flight {
  readonly #chips: ReadonlyMap<string, HTMLElement>;
  readonly #before: ReadonlyMap<string, { readonly from: DOMRect; readonly home: Element | null }>;

  constructor(chips: ReadonlyMap<string, HTMLElement>) {
    this.#chips = chips;
    const places = [...chips].map(([id, chip]) => {
      return [id, { from: chip.getBoundingClientRect(), home: chip.parentElement }] as const;
    });
    this.#before = new Map(places);
  }

  land(): void {
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    for (const [id, chip] of this.#chips) {
      const before = this.#before.get(id);
      if (!before) chip.animate({ opacity: [0, 1], scale: ['0.6', '1'] }, { duration: isCalm ? 0 : 250 });
      else if (!isCalm) fly(chip, before);
    }
  }
}

function fly(chip: HTMLElement, { from, home }: { readonly from: DOMRect; readonly home: Element | null }): void {
  const to = chip.getBoundingClientRect();
  const [x, y] = [from.x - to.x, from.y - to.y];
  if (Math.abs(x) < MIN_WAY_PX && Math.abs(y) < MIN_WAY_PX) return;
  const isNewHome = chip.parentElement !== home;
  const frames = { transform: [`translate(${x}px, ${y}px)${isNewHome ? ' scale(1.25)' : ''}`, 'none'] };
  if (!isNewHome) {
    chip.animate(frames, { duration: FLIGHT_MS / 3, easing: 'ease-out' });
    return;
  }
  chip.classList.add('flying');
  const flight = chip.animate(frames, { duration: FLIGHT_MS, easing: 'cubic-bezier(0.3, 0.9, 0.3, 1)' });
  flight.addEventListener('finish', () => chip.classList.remove('flying'));
  const glow = ['0 0 0 3px #8ea2ff', '0 0 0 3px #8ea2ff00'];
  chip.animate({ boxShadow: glow }, { duration: FLIGHT_MS * 3, easing: 'ease-in' });
}
