import type { VNode } from 'preact';
import type { HudView } from './hud.ts';
import { LiveryIcon } from './livery-icon.tsx';

/** Who is there and how they do, the best first; before them the teams, if there are any. */
export function ScoreStrip({ rows, teams }: Pick<HudView, 'rows' | 'teams'>): VNode {
  return (
    <div class="score-strip">
      {teams.length > 0 && (
        <ul class="team-scores" aria-label="Teams">
          {teams.map(({ name, words, livery, score }) => (
            <li key={name} class="score-chip score-team" style={{ '--livery': livery.face }}>
              <LiveryIcon livery={livery} />
              <span>{words}</span>
              <strong>{score}</strong>
            </li>
          ))}
        </ul>
      )}
      <ol class="scores" aria-label="Score" data-testid="scores">
        {rows.map(({ key, name, livery, score, isMe, isDown }) => (
          <li
            key={key}
            class={`score-chip${isMe ? ' is-me' : ''}${isDown ? ' is-down' : ''}`}
            style={{ '--livery': livery.face }}
          >
            <LiveryIcon livery={livery} />
            <span class="score-name">{isMe ? 'You' : name}</span>
            <strong>{score}</strong>
          </li>
        ))}
      </ol>
    </div>
  );
}
