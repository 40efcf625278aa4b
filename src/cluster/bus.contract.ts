import { expect, test } from '@jest/globals';
import { waitFor } from '../../tests/support/wait-for.ts';
import type { Bus, Nudges } from './ports.ts';

/** Two processes' ends of one bus; the same object where there is but one process. */
export interface BusEnds extends AsyncDisposable {
  readonly one: Bus;
  readonly other: Bus;
}

const lobby = (lobbyId: string): Nudges['lobby'] => ({ lobbyId, game: 'connect-four' });

/** What every bus must do. */
export function busContract(name: string, makeEnds: () => Promise<BusEnds>): void {
  test(`${name}: a nudge reaches every listener of its topic, once, and no other`, async () => {
    await using ends = await makeEnds();
    const heard: string[] = [];
    for (const [where, bus] of Object.entries({ here: ends.one, there: ends.other })) {
      bus.subscribe('lobby', ({ lobbyId }) => heard.push(`${where} ${lobbyId}`));
      bus.subscribe('match', ({ matchId }) => heard.push(`${where} ${matchId}`));
    }
    ends.one.publish('lobby', lobby('l_aaaaaaaa'));
    ends.one.publish('match', { matchId: 'm_aaaaaaaa' });
    await waitFor(() => heard.length >= 4);
    expect(heard.sort()).toEqual(['here l_aaaaaaaa', 'here m_aaaaaaaa', 'there l_aaaaaaaa', 'there m_aaaaaaaa']);
  });

  test(`${name}: nudges arrive in the order of their publishing, and never within publish`, async () => {
    await using ends = await makeEnds();
    const heard: string[] = [];
    ends.other.subscribe('lobby', ({ lobbyId }) => heard.push(lobbyId));
    const ids = Array.from({ length: 100 }, (_, index) => `l_${10_000_000 + index}`);
    for (const id of ids) ends.one.publish('lobby', lobby(id));
    expect(heard).toEqual([]);
    await waitFor(() => heard.length === ids.length);
    expect(heard).toEqual(ids);
  });

  test(`${name}: a nudge keeps what it carries`, async () => {
    await using ends = await makeEnds();
    const heard: Nudges['player'][] = [];
    ends.other.subscribe('player', (nudge) => heard.push(nudge));
    ends.one.publish('player', { playerId: 'p_aaaaaaaa', exit: 'kicked' });
    ends.one.publish('player', { playerId: 'p_bbbbbbbb' });
    await waitFor(() => heard.length === 2);
    expect(heard).toEqual([{ playerId: 'p_aaaaaaaa', exit: 'kicked' }, { playerId: 'p_bbbbbbbb' }]);
  });

  test(`${name}: a listener that throws costs no other its nudge, nor the publisher anything`, async () => {
    await using ends = await makeEnds();
    const heard: string[] = [];
    ends.other.subscribe('match', () => {
      throw new Error('a listener of its own');
    });
    ends.other.subscribe('match', ({ matchId }) => heard.push(matchId));
    ends.one.publish('match', { matchId: 'm_aaaaaaaa' });
    ends.one.publish('match', { matchId: 'm_bbbbbbbb' });
    await waitFor(() => heard.length === 2);
    expect(heard).toEqual(['m_aaaaaaaa', 'm_bbbbbbbb']);
  });

  test(`${name}: a subscription that was ended hears nothing more, and ends no other of the same listener`, async () => {
    await using ends = await makeEnds();
    const heard: string[] = [];
    const listener = ({ matchId }: Nudges['match']) => heard.push(matchId);
    const endFirst = ends.other.subscribe('match', listener);
    ends.other.subscribe('match', listener);
    endFirst();
    endFirst();
    ends.one.publish('match', { matchId: 'm_aaaaaaaa' });
    ends.one.publish('match', { matchId: 'm_bbbbbbbb' });
    await waitFor(() => heard.includes('m_bbbbbbbb'));
    expect(heard).toEqual(['m_aaaaaaaa', 'm_bbbbbbbb']);
  });

  test(`${name}: nobody is told of a return while nothing was lost`, async () => {
    await using ends = await makeEnds();
    let returns = 0;
    for (const bus of [ends.one, ends.other]) bus.onReturn(() => (returns += 1));
    let heard = 0;
    ends.other.subscribe('match', () => (heard += 1));
    ends.one.publish('match', { matchId: 'm_aaaaaaaa' });
    await waitFor(() => heard === 1);
    expect(returns).toBe(0);
  });
}
