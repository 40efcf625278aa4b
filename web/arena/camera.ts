/** Where the world is on the screen. World in pixels of a map at its natural size, screen in CSS pixels. */
export interface Camera {
  /** Screen pixels to a world pixel. */
  scale: number;
  /** Where the world's top left corner is on the screen. */
  left: number;
  top: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Place {
  readonly x: number;
  readonly y: number;
}
/** What lies over the edges of the screen, in its pixels. */
export interface Insets {
  readonly top: number;
  readonly bottom: number;
}

/** With a whole map smaller than this, one would see nothing: the camera then follows. */
const LEAST_SCALE = 0.42;
/** What a following camera shows at least. */
const SIGHT: Size = { width: 640, height: 520 };
const FOLLOW_MAX_SCALE = 0.85;
const MARGIN = 12;

/** Whether the whole map is shown, or the part around somebody. */
export function isFollowing(screen: Size, world: Size): boolean {
  return fitScale(screen, world) < LEAST_SCALE;
}

/**
 * Aims a camera, in place: at the whole map if it fits, else at `target`, as far as the map goes. Without one it shows the
 * whole map, however small.
 */
export function aimCamera(
  camera: Camera,
  { screen, world, insets }: { readonly screen: Size; readonly world: Size; readonly insets: Insets },
  target: Place | null,
): void {
  const free = { width: screen.width - 2 * MARGIN, height: screen.height - insets.top - insets.bottom };
  const follows = target !== null && isFollowing(screen, world);
  camera.scale = follows ? followScale(screen) : fitScale(free, world);
  const wide = world.width * camera.scale;
  const high = world.height * camera.scale;
  camera.left = along(screen.width, wide, {
    before: MARGIN,
    after: MARGIN,
    at: follows ? target.x * camera.scale : null,
  });
  camera.top = along(screen.height, high, {
    before: insets.top,
    after: insets.bottom,
    at: follows ? target.y * camera.scale : null,
  });
}

export function toScreenX(camera: Camera, x: number): number {
  return camera.left + x * camera.scale;
}

export function toScreenY(camera: Camera, y: number): number {
  return camera.top + y * camera.scale;
}

function fitScale(screen: Size, world: Size): number {
  return Math.max(0.05, Math.min(screen.width / world.width, screen.height / world.height));
}

function followScale(screen: Size): number {
  return Math.min(
    FOLLOW_MAX_SCALE,
    Math.max(screen.width / SIGHT.width, 0.5),
    Math.max(screen.height / SIGHT.height, 0.5),
  );
}

/** Where the map begins along one axis: in the middle if there is room, else so that `at` is, without showing what is beyond. */
function along(
  screen: number,
  length: number,
  { before, after, at }: { readonly before: number; readonly after: number; readonly at: number | null },
): number {
  const room = screen - before - after;
  if (length <= room || at === null) return before + (room - length) / 2;
  return Math.max(screen - after - length, Math.min(before, before + room / 2 - at));
}
