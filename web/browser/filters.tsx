import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { SelectField, Switch, TextField } from '../ui/fields.tsx';
import type { Filter } from './filter.ts';
import { useGames } from './use-games.ts';

export interface FiltersProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

export function Filters({ filter, onChange }: FiltersProps): VNode {
  const games = useGames();
  const id = useId();
  const options = [['', 'Any game'], ...games.map(({ name, title }) => [name, title] as const)] as const;
  return (
    <div class="filters" role="search" id={id} aria-label="Filter the lobbies">
      <TextField
        label="Search by name"
        hideLabel
        placeholder="Search by name"
        value={filter.name}
        onChange={(name) => onChange({ ...filter, name })}
        maxLength={40}
      />
      <SelectField
        label="Game"
        value={filter.game ?? ''}
        options={options}
        onChange={(game) => onChange({ ...filter, game: game === '' ? null : game })}
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
