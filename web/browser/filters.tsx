import type { VNode } from 'preact';
import { PLAYED } from '../games/played.ts';
import { pageGameOf } from '../games/page-games.ts';
import { Choice, Switch, TextField } from '../ui/fields.tsx';
import type { Filter } from './filter.ts';

export interface FiltersProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

const GAMES = [['all', 'All games'], ...PLAYED.map((name) => [name, pageGameOf(name).title] as const)] as const;

export function Filters({ filter, onChange }: FiltersProps): VNode {
  return (
    <div class="filters" role="search" aria-label="Filter the lobbies">
      <Choice label="Game" value={filter.game} options={GAMES} onChange={(game) => onChange({ ...filter, game })} />
      <TextField
        label="Search by name"
        hideLabel
        placeholder="Search by name"
        value={filter.name}
        onChange={(name) => onChange({ ...filter, name })}
        maxLength={40}
      />
      <Switch
        label="Free seats"
        checked={filter.withOpenSeats}
        onChange={(withOpenSeats) => onChange({ ...filter, withOpenSeats })}
      />
      <Switch
        label="No password"
        checked={filter.withoutPassword}
        onChange={(withoutPassword) => onChange({ ...filter, withoutPassword })}
      />
    </div>
  );
}
