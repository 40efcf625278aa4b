import { gameRoom, refuse, type Seat } from '../kit/index.ts';
import { MAX_ENTRIES, MAX_ENTRY_CHARACTERS, relay } from './game.ts';
import { isComplete, isSame, type Proposal, successorOf } from './rules.ts';

type Player = Seat<typeof relay>;

/** How often a match without a host looks for somebody who is there for the first time. */
const LOOK_EVERY_MS = 1_000;

/**
 * For games whose rules one of the players' clients runs: passes on what members say, keeps what the host publishes, and
 * has another member follow a host that is gone.
 */
export class RelayRoom extends gameRoom(relay) {
  readonly #hostAway = this.timer('host-away', () => this.#succeed());
  readonly #hostless = this.timer('hostless', () => this.#succeed());
  readonly #agreement = this.timer('agreement', () => this.#end(false));
  /** By seat index. */
  readonly #proposals = this.keep<Record<string, Proposal>>('proposals', {});

  override readonly messages = this.handle({
    send: (player, { to, topic, data }) => {
      const message = { from: player.index, term: this.state.term, topic, data };
      if (to === 'others') {
        const others = this.seats.filter((seat) => seat !== player && !seat.left);
        return this.sendTo(others, 'message', message);
      }
      const receiver = this.#member(to === 'host' ? this.state.host : to);
      if (receiver === null) return refuse('no-such-seat');
      receiver.send('message', message);
    },
    publish: (player, { key, data }) => {
      if (player.index !== this.state.host) return refuse('not-host');
      if (data === null) return void this.state.entries.delete(key);
      if (!this.state.entries.has(key) && this.state.entries.size >= MAX_ENTRIES) return refuse('too-many-entries');
      const text = JSON.stringify(data);
      if (text.length > MAX_ENTRY_CHARACTERS) return refuse('too-large');
      this.state.entries.set(key, text);
    },
    'hand-over': (player, { to }) => {
      if (player.index !== this.state.host) return refuse('not-host');
      const heir = this.#member(to);
      if (heir === null || !heir.connected) return refuse('no-such-seat');
      if (heir !== player) this.#enthrone(heir.index);
    },
    propose: (player, proposal) => {
      if (!isComplete(proposal, this.seats.length)) return refuse('bad-placements');
      this.#proposals.value[player.index] = proposal;
      if (!this.state.proposed.includes(player.index)) this.state.proposed.push(player.index);
      this.#consider();
    },
  });

  override onStart(): void {
    this.state.host = 0;
  }

  /** A proposal without the new member is none any more. */
  override onSeatAdded(): void {
    this.#forgetProposals();
  }

  override onSeatDropped(player: Player): void {
    if (player.index === this.state.host) this.#hostAway.start(this.settings.hostGraceMs);
  }

  override onSeatReturned(player: Player): void {
    if (player.index === this.state.host) this.#stopWaiting();
    else if (!this.#host.connected && this.#hostAway.dueMs === null) this.#enthrone(player.index);
  }

  override onSeatLeft(player: Player): void {
    if (this.seats.every((seat) => seat.left)) return this.finish({ placements: [this.seats], data: { rated: false } });
    if (player.index === this.state.host) this.#succeed();
    this.#consider();
  }

  get #host(): Player {
    const host = this.seats[this.state.host];
    if (host === undefined) throw new Error('The host has no seat.');
    return host;
  }

  /** null for a seat that there isn't, or whose player has left. */
  #member(index: number): Player | null {
    const seat = this.seats[index];
    return seat === undefined || seat.left ? null : seat;
  }

  /** Nobody there: whoever comes first is the host. */
  #succeed(): void {
    const heir = successorOf(this.state.host, this.seats);
    if (heir === null) this.#hostless.start(LOOK_EVERY_MS);
    else this.#enthrone(heir);
  }

  #stopWaiting(): void {
    this.#hostAway.stop();
    this.#hostless.stop();
  }

  #enthrone(index: number): void {
    this.#stopWaiting();
    this.state.host = index;
    this.state.term += 1;
    this.#consider();
  }

  /** Everyone who is still there says the same: that is the result. Otherwise the host's word counts, in a while. */
  #consider(): void {
    const ofHost = this.#proposals.value[this.state.host];
    if (ofHost === undefined) {
      this.#agreement.stop();
      this.state.closesAtMs = 0;
      return;
    }
    const there = this.seats.filter((seat) => !seat.left);
    const agree = there.filter(({ index }) => isSame(this.#proposals.value[index], ofHost));
    // Nobody agrees with oneself alone.
    if (agree.length === there.length) return this.#end(there.length > 1);
    if (this.#agreement.dueMs === null) this.state.closesAtMs = this.#agreement.start(this.settings.agreementMs);
  }

  #end(rated: boolean): void {
    const proposal = this.#proposals.value[this.state.host];
    if (proposal === undefined) return;
    const seatOf = (index: number): Player => this.seats[index] as Player;
    const placements = proposal.placements.map((group) => group.map(seatOf));
    this.finish({ placements, scores: proposal.scores, data: { rated } });
  }

  #forgetProposals(): void {
    this.#proposals.value = {};
    this.state.proposed.clear();
    this.#consider();
  }
}
