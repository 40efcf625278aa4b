import type { VNode } from 'preact';
import type { OwnLobby } from '../app/parts.ts';
import type { TeamOption } from '../games/page-game.ts';
import { useTask } from '../live/use-task.ts';
import { Choice } from '../ui/fields.tsx';

export interface TeamChoiceProps {
  readonly lobby: OwnLobby;
  readonly teams: readonly TeamOption[];
  /** null: in whichever has room at the start. */
  readonly mine: string | null;
}

const EITHER = '';

/** The team that one would like to play in. */
export function TeamChoice({ lobby, teams, mine }: TeamChoiceProps): VNode {
  const [, run] = useTask();
  return (
    <div class="team-choice">
      <span aria-hidden="true">Your team</span>
      <Choice
        label="Your team"
        value={mine ?? EITHER}
        options={[[EITHER, teams.length > 2 ? 'Any' : 'Either'], ...teams]}
        onChange={(team) => run(() => lobby.setTeam(team === EITHER ? null : team))}
      />
    </div>
  );
}
