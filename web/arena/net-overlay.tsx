import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { NetStats, PredictionStats } from '../../client-sdk/index.ts';
import { useApp } from '../app/parts.ts';
import { networkOf, networksToTry, setNetwork } from '../app/bad-network.ts';
import type { MatchOf } from '../games/page-game.ts';
import { useNow } from '../live/use-now.ts';
import { IconButton } from '../ui/button.tsx';
import { SelectField } from '../ui/fields.tsx';
import type { ArenaPlay } from './arena-play.ts';
import { drawErrorPlot } from './error-plot.ts';

export interface NetOverlayProps {
  readonly match: MatchOf<'arena'>;
  readonly play: ArenaPlay;
  readonly onClose: () => void;
}

const EVERY_MS = 250;
const PLOT = { width: 256, height: 72 };

/** How the connection does, and how good the predictions are; with a bad network to try. */
export function NetOverlay({ match, play, onClose }: NetOverlayProps): VNode {
  const { gyre } = useApp();
  useNow(EVERY_MS);
  const [network, choose] = useState(() => networkOf(gyre.simulate));
  const stats = match.netStats();
  const prediction = play.prediction?.stats ?? null;
  return (
    <section class="net" aria-labelledby="net-title" data-testid="net">
      <header class="net-head">
        <h2 id="net-title">Network</h2>
        <IconButton icon="close" label="Hide the network" onPress={onClose} />
      </header>
      <dl class="net-facts">
        {factsOf(stats).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {prediction && <ErrorPlot errors={prediction.errors} words={errorWords(prediction)} />}
      <SelectField
        label="Try a bad network"
        value={network}
        options={networksToTry(location.search)}
        onChange={(chosen) => {
          choose(chosen);
          setNetwork(gyre, chosen);
        }}
      />
    </section>
  );
}

function factsOf(stats: NetStats): readonly (readonly [name: string, value: string])[] {
  return [
    ['Ping', stats.pingMs === null ? '…' : `${stats.pingMs} ms`],
    ['Jitter', `${stats.jitterMs} ms`],
    ['Steps', stats.tickRateHz === null ? '…' : `${Math.round(stats.tickRateHz)} a second`],
    ['Patches', `${Math.round(stats.patchesPerSecond)} a second`],
    ['Traffic', `${(stats.bytesPerSecond / 1_024).toFixed(1)} KB/s`],
    ['On their way', `${stats.pendingInputs} inputs`],
  ];
}

function errorWords({ errors, correctionsLastMinute }: PredictionStats): string {
  if (errors.length === 0) return 'Nothing was foreseen yet';
  const wrong = errors.filter((error) => error > 0).length;
  const corrections = `${correctionsLastMinute} corrected in the last minute`;
  if (wrong === 0) return `All of the last ${errors.length} predictions were right, ${corrections}`;
  const most = Math.max(...errors).toFixed(1);
  return `${wrong} of the last ${errors.length} predictions were wrong, by ${most} px at most, ${corrections}`;
}

function ErrorPlot({ errors, words }: { readonly errors: readonly number[]; readonly words: string }): VNode {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (ref.current) drawErrorPlot(ref.current, errors, PLOT);
  });
  return (
    <figure class="net-plot">
      <canvas
        ref={ref}
        role="img"
        aria-label="How far off each prediction was"
        style={{ aspectRatio: PLOT.width / PLOT.height }}
      />
      <figcaption data-testid="net-errors">{words}</figcaption>
    </figure>
  );
}
