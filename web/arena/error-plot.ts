/** What the plot reaches to at least, in pixels of the map. */
const LEAST_TOP = 8;

/** Draws how far off each of the last predictions was, the newest at the right; one that was right is a dot on the ground. */
export function drawErrorPlot(
  canvas: HTMLCanvasElement,
  errors: readonly number[],
  { width, height }: { readonly width: number; readonly height: number },
): void {
  const ratio = Math.min(2, devicePixelRatio);
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(ratio, ratio);
  const top = Math.max(LEAST_TOP, 2 ** Math.ceil(Math.log2(Math.max(1, ...errors))));
  drawScale(context, { width, height, top });
  const barWidth = width / 256;
  const left = width - errors.length * barWidth;
  for (const [index, error] of errors.entries()) {
    const isRight = error === 0;
    context.fillStyle = isRight ? '#7fe0a8' : '#ffb52e';
    const high = isRight ? 1.5 : Math.max(3, (error / top) * (height - 14));
    context.fillRect(left + index * barWidth, height - high, Math.max(1, barWidth - 0.2), high);
  }
}

function drawScale(
  context: CanvasRenderingContext2D,
  { width, height, top }: { readonly width: number; readonly height: number; readonly top: number },
): void {
  context.strokeStyle = 'rgb(148 160 255 / 30%)';
  context.lineWidth = 1;
  context.fillStyle = '#b0b3d3';
  context.font = '10px Outfit, system-ui, sans-serif';
  for (const share of [0.5, 1]) {
    const y = height - share * (height - 14);
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.stroke();
    context.fillText(`${top * share} px`, 2, y - 2);
  }
}
