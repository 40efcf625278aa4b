import { Keys } from './keys.ts';
import { Stick } from './stick.ts';

/** By what one aims: whichever was used last. */
type Aimer = 'mouse' | 'stick' | 'keys';

/** Whose mouse lies still for longer plays by keys alone. */
const POINTING_MS = 3_000;

/** What the player wants, by keyboard, mouse or touch. */
export class Controls {
  readonly left = new Stick();
  readonly right = new Stick();
  /** Whether the sticks are there to be seen. */
  isTouch = matchMedia('(hover: none) and (pointer: coarse)').matches;
  aimer: Aimer = this.isTouch ? 'stick' : 'mouse';
  /** Where the mouse points, in CSS pixels of the canvas; null: nowhere yet. */
  pointer: { x: number; y: number } | null = null;
  readonly #keys = new Keys();
  readonly #canvas: HTMLCanvasElement;
  readonly #ended = new AbortController();
  #isMouseDown = false;
  #pointedMs = -Infinity;
  /** One that was pressed and let go between two pictures counts too. */
  #wasTapped = false;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#listen();
  }

  get dx(): number {
    return this.left.isTilted ? this.left.dx : this.#keys.dx;
  }

  get dy(): number {
    return this.left.isTilted ? this.left.dy : this.#keys.dy;
  }

  /** Whether to fire; a tap is told once. */
  takeFire(): boolean {
    const tapped = this.#wasTapped;
    this.#wasTapped = false;
    return tapped || this.#isMouseDown || this.#keys.isFiring || this.right.isTilted;
  }

  /** What is pressed was looked at, and done. */
  seen(): void {
    this.#keys.seen();
  }

  /** Nothing is pressed any more. */
  release(): void {
    this.#keys.releaseAll();
    this.#isMouseDown = false;
    this.#wasTapped = false;
    this.left.end();
    this.right.end();
  }

  stop(): void {
    this.#ended.abort();
    this.release();
  }

  #listen(): void {
    const { signal } = this.#ended;
    addEventListener('keydown', this.#keyDown, { signal });
    addEventListener('keyup', ({ code }) => this.#keys.release(code), { signal });
    const release = (): void => this.release();
    addEventListener('blur', release, { signal });
    document.addEventListener('visibilitychange', release, { signal });
    document.addEventListener('focusin', ({ target }) => isWriting(target) && this.release(), { signal });
    const canvas = this.#canvas;
    canvas.addEventListener('pointerdown', this.#pointerDown, { signal });
    canvas.addEventListener('pointermove', this.#pointerMove, { signal });
    for (const end of ['pointerup', 'pointercancel'] as const)
      canvas.addEventListener(end, this.#pointerEnd, { signal });
    canvas.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  }

  readonly #keyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || isMeantOtherwise(event)) return;
    if (!this.#keys.press(event.code)) return;
    event.preventDefault();
    if (event.code === 'Space') {
      if (!event.repeat) this.#wasTapped = true;
      if (event.timeStamp - this.#pointedMs > POINTING_MS) this.aimer = 'keys';
    }
  };

  readonly #pointerDown = (event: PointerEvent): void => {
    // Keys are meant for the game now, not for what had the focus.
    this.#canvas.focus({ preventScroll: true });
    event.preventDefault();
    if (event.pointerType === 'mouse') return this.#mouseDown(event);
    this.isTouch = true;
    this.aimer = 'stick';
    const { offsetX: x, offsetY: y } = event;
    const stick = x < this.#canvas.clientWidth / 2 ? this.left : this.right;
    if (stick.pointerId !== null) return;
    this.#canvas.setPointerCapture(event.pointerId);
    stick.begin(event.pointerId, x, y);
  };

  #mouseDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#point(event);
    this.#isMouseDown = true;
    this.#wasTapped = true;
  }

  readonly #pointerMove = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse') return this.#point(event);
    this.#stickOf(event)?.move(event.offsetX, event.offsetY);
  };

  readonly #pointerEnd = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse') this.#isMouseDown = false;
    else this.#stickOf(event)?.end();
  };

  #point({ offsetX: x, offsetY: y, timeStamp }: PointerEvent): void {
    this.aimer = 'mouse';
    this.#pointedMs = timeStamp;
    this.pointer ??= { x, y };
    this.pointer.x = x;
    this.pointer.y = y;
  }

  #stickOf({ pointerId }: PointerEvent): Stick | null {
    return [this.left, this.right].find((stick) => stick.pointerId === pointerId) ?? null;
  }
}

/** Keys are not for the game while one writes, or is asked something. */
export function isMeantOtherwise({ code, target }: KeyboardEvent): boolean {
  if (isWriting(target)) return true;
  if (document.querySelector('dialog[open]')) return true;
  // A button that has the focus is pressed by the space bar.
  return code === 'Space' && target instanceof Element && target.closest('button, a, summary') !== null;
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select') !== null;
}
