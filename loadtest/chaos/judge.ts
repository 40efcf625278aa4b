import type { CampaignFacts } from './campaign.ts';
import type { SeatReport } from './players/field-player.ts';

/** What a campaign adds up to. */
export interface Totals {
  readonly faults: number;
  readonly seconds: number;
  readonly rooms: number;
  readonly roomsLost: number;
  readonly writes: number;
  readonly writesLost: number;
  readonly writesDoubled: number;
  /** What one process had acknowledged and another did not show right after. */
  readonly staleReads: number;
  /** Frames that clients decoded and that were held against everything else. */
  readonly frames: number;
  readonly ticksUndone: number;
  readonly contradictions: number;
  readonly objectsReplaced: number;
  readonly wrongBeacons: number;
  readonly eventsRepeated: number;
  readonly inputs: Readonly<Record<SeatReport['kind'], InputTotals>>;
  readonly connectionsLost: number;
  /** Where a plain client's own way back failed. */
  readonly reseated: number;
  readonly wrongResults: number;
  /** Matches that the swarm played besides. */
  readonly swarmMatches: number;
}

export interface InputTotals {
  readonly sent: number;
  readonly lost: number;
  readonly doubled: number;
}

/** A promise and what was seen against it, in words; kept if that is nothing. */
export interface Verdict {
  readonly promise: string;
  readonly broken: readonly string[];
}

export function totalsOf(facts: CampaignFacts): Totals {
  const { seats, scribes } = facts.players;
  const ofSeats = (of: (seat: SeatReport) => number): number => seats.reduce((total, seat) => total + of(seat), 0);
  const ofScribes = (of: (scribe: (typeof scribes)[number]) => number): number =>
    scribes.reduce((total, scribe) => total + of(scribe), 0);
  const inputsOf = (kind: SeatReport['kind']): InputTotals => ({
    sent: ofSeats((seat) => (seat.kind === kind ? seat.sent : 0)),
    lost: ofSeats((seat) => (seat.kind === kind ? lostOf(seat) : 0)),
    doubled: ofSeats((seat) => (seat.kind === kind ? doubledOf(seat) : 0)),
  });
  const matchIds = new Set(seats.map(({ matchId }) => matchId));
  return {
    faults: facts.injected.length,
    seconds: (facts.endedMs - facts.startedMs) / 1_000,
    rooms: matchIds.size,
    roomsLost: [...matchIds].reduce((total, id) => total + lostRoomsOf(id, seats), 0),
    writes: ofScribes(({ acknowledged }) => acknowledged),
    writesLost: ofScribes(({ lost }) => lost.length),
    writesDoubled: ofScribes(({ doubled }) => doubled.length),
    staleReads: ofScribes(({ stale }) => stale.length),
    frames: ofSeats(({ sight }) => sight.frames),
    ticksUndone: ofSeats(({ sight }) => sight.ticksUndone),
    contradictions: ofSeats(({ sight }) => sight.contradictions.length),
    objectsReplaced: ofSeats(({ sight }) => sight.objectsReplaced),
    wrongBeacons: ofSeats(({ sight }) => sight.wrongBeacons),
    eventsRepeated: ofSeats(({ sight }) => sight.beatsRepeated),
    inputs: { sdk: inputsOf('sdk'), plain: inputsOf('plain') },
    connectionsLost: ofSeats(({ losses }) => losses),
    reseated: ofSeats(({ reseated }) => reseated),
    wrongResults: facts.players.wrongResults.length,
    swarmMatches: facts.swarm?.matches ?? 0,
  };
}

/** Holds what everybody saw against what the service promises. That somebody had to wait is no breach, if it ended in time. */
export function judge(facts: CampaignFacts): readonly Verdict[] {
  const { seats, scribes, wrongResults, failures } = facts.players;
  const seen = (of: (seat: SeatReport) => string | null): string[] =>
    seats.flatMap((seat) => {
      const what = of(seat);
      return what === null ? [] : [`${seat.name}, match ${seat.matchId}: ${what}`];
    });
  const counted = (count: number, what: string): string | null => (count === 0 ? null : `${count} ${what}`);
  return [
    { promise: 'No room was lost', broken: seen(({ roomsLost }) => counted(roomsLost, 'rooms were lost')) },
    { promise: 'No tick was undone', broken: seen(({ sight }) => counted(sight.ticksUndone, 'ticks were undone')) },
    {
      promise: 'No two owners let anything out at once: each tick was the same for everybody, for ever',
      broken: seats.flatMap(({ name, sight }) => sight.contradictions.map((what) => `${name}: ${what}`)),
    },
    {
      promise: 'No input of our SDK was lost, and none of anybody counted twice',
      broken: [
        ...seen(inputBreach),
        ...seats.flatMap((seat) => seat.wireBreaches.map((what) => `${seat.name}: ${what}`)),
      ],
    },
    {
      promise: 'No object was replaced, added or removed, and no event was told, but as the game went',
      broken: seen(({ sight }) => objectBreach(sight)),
    },
    {
      promise: 'No acknowledged write was lost or happened twice, and each was shown by every process from then on',
      broken: scribes.flatMap(({ lost, doubled, stale, failures: own }) => [...lost, ...doubled, ...stale, ...own]),
    },
    { promise: 'Every match ends with the result that was played', broken: [...wrongResults, ...failures] },
    { promise: 'Everybody and everything was back after each fault', broken: facts.remarks },
    ...(facts.swarm?.verdicts ?? []).map(({ text, broken }) => ({ promise: `Swarm: ${text}`, broken })),
  ];
}

/** All players of a match lose the same rooms; who was away may have missed one. */
function lostRoomsOf(match: string, seats: readonly SeatReport[]): number {
  return Math.max(...seats.map(({ matchId, roomsLost }) => (matchId === match ? roomsLost : 0)));
}

function inputBreach(seat: SeatReport): string | null {
  if (seat.tally === null) return 'nothing was to be seen of its inputs';
  const [lost, doubled] = [lostOf(seat), doubledOf(seat)];
  if (doubled > 0) return `${doubled} of ${seat.sent} inputs counted twice`;
  if (seat.kind !== 'sdk') return null;
  const sum = (seat.sent * (seat.sent + 1)) / 2;
  if (lost > 0) return `${lost} of ${seat.sent} inputs were lost`;
  return seat.tally.sum === sum ? null : `its ${seat.sent} inputs add up to ${seat.tally.sum}, not ${sum}`;
}

function objectBreach({ objectsReplaced, wrongBeacons, beatsRepeated }: SeatReport['sight']): string | null {
  if (objectsReplaced + wrongBeacons + beatsRepeated === 0) return null;
  return `${objectsReplaced} objects replaced, ${wrongBeacons} frames with others than there are, ${beatsRepeated} events again`;
}

function lostOf({ sent, tally }: SeatReport): number {
  return Math.max(0, sent - (tally?.count ?? 0));
}

function doubledOf({ sent, tally }: SeatReport): number {
  if (tally === null) return 0;
  return Math.max(tally.repeats, tally.count - sent, 0);
}
